"""Spaces, changes, merge, keys and the engine that carries sealed changes between desks; knows nothing of cases or Qt."""
