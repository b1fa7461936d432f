"""One network for all tickers: trained on tickers of many markets, shipped as text, asked about ones it has never seen."""
