"""Where work runs, is shared and is remembered; nothing here knows what the work is about."""
