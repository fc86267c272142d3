"""Tables to figures, each drawn for one column of a paper."""
