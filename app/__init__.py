"""A web app that says what can honestly be said about a stock, with a measured receipt on every forecast."""
