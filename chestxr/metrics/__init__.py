"""Metrics with confidence intervals, as tidy rows."""
