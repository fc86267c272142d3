"""What several rules need: counts, families, heads and storage as rules compare them, and their tables of facts."""
