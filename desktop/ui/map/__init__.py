"""The map of a case: its painter, its spots and the tab that holds it."""
