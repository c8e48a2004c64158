"""Benchmarks: the product beside raw SQL and beside the stock spelling, in one run."""
