"""The application on the officer's machine: store, casework, screens and commands."""
