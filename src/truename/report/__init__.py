"""Reports: findings, readings of names and inspections, as text and as JSON. Knows the nouns of findings only."""
