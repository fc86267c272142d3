"""Zip and tar archives, listed without unpacking."""
