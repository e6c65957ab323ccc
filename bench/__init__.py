"""Benchmarks: our figures side by side with their floors, in one run. Only ratios count."""
