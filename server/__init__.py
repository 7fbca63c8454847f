"""The secretariat: relays sealed changes, enforces membership, and is trusted with no content."""

__version__ = "0.1.0"
