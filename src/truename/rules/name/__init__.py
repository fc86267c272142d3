"""Faults of the name as such."""
