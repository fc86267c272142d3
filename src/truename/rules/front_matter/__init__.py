"""Rules on the front matter of a card: its own vocabulary, and what it says of the files."""
