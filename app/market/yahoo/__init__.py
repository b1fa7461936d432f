"""Yahoo Finance as a market source."""
