"""A whole registry's names: a snapshot to rows, one a model; rows to tables, figures and a report."""
