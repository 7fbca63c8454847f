"""Benches, the played story and soaks: what measures the product or shows it at work; never shipped."""
