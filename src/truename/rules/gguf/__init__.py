"""GGUF files: their names, what they say of themselves, and what they hold."""
