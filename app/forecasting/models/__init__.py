"""Forecasters: functions from log prices and origins to quantiles."""
