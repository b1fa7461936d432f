"""How good the forecasters are over many tickers and years: the measured table of this folder's README."""
