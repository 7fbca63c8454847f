"""The link chart of a case: its nodes and links painted in one piece, and the table that stands in for it."""
