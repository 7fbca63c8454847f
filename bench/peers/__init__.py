"""Other programs that sync rows or documents, on the same cases and the same machine."""
