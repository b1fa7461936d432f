"""The LSTM card."""
