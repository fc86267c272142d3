"""Reports for people: in colours on a terminal, plain text elsewhere."""
