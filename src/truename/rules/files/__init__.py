"""Faults between the files themselves; the name is not looked at."""
