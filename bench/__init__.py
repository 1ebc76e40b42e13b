"""Benchmarks: every claim about speed as a ratio of two ways that were measured in the same run."""
