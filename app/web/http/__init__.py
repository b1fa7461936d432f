"""From a request to a checked query."""
