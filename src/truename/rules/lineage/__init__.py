"""The base model that a name claims, against the one that is declared."""
