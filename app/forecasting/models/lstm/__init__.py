"""One network for all tickers: trained on those of many markets, shipped as text, asked about ones it never saw."""
