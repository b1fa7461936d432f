"""The candlestick patterns card."""
