"""Faults of names and cards against known releases."""
