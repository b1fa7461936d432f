"""From log prices to quantile forecasts, and from forecasts to scores."""
