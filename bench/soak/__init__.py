"""The long runs of `make soak`: kills at random moments, three desks for a long time."""
