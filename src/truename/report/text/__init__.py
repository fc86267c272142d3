"""Reports for people: rich text, plain where it does not go to a terminal."""
