"""Spaces, changes, merge, keys and the engine that carries sealed changes; knows nothing of cases or Qt."""
