"""Studies of naming: a registry's names, and the answers of a survey."""
