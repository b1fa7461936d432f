"""One network for all tickers: trained on hundreds of stocks, shipped as text, asked about stocks it has never seen."""
