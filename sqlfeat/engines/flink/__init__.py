"""Flink, embedded: a Java process of our own, a mini-cluster in it, and jobs of compiled feature views."""
