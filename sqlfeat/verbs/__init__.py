"""The verbs: one function each, from a loaded project to a result."""
