"""Packaging that a name claims, against the files that lie there."""
