"""Connectors of Flink that do not come with it: which jars a project needs, and how they are brought."""
