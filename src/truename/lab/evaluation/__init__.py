"""Evaluate the classifier of structures: trials, baselines, figures and the record."""
