"""From an error to an answer for its reader."""
