"""Bars in, shapes out: which candlestick pattern this is, how sure a network is, and what followed it before."""
