"""Languages that a name claims, against the card."""
