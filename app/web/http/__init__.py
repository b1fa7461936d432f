"""From a request to a checked query, and from an answer to what may be kept of it."""
