"""How good the forecasters are over many tickers and years: the measured table of the README."""
