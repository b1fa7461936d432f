"""What cards share that forecast, and their outcomes."""
