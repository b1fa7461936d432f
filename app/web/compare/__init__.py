"""Several tickers side by side."""
