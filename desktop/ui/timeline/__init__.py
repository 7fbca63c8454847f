"""The timeline of a case: its scale, its lanes, its painter and the tab that holds it."""
