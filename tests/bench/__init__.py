"""Benchmarks: ratios of one run against named peers. Not part of the test command."""
