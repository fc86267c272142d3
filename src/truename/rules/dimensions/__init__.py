"""Rules on dimensions: layers, hidden size, heads, patches and images."""
