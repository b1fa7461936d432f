"""The JSON API's description, its documentation and the health probes."""
