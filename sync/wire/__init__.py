"""The wire format: the only part of sync/ that the secretariat's server shares with the desks."""
