"""Lowering to Flink SQL."""
