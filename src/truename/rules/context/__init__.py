"""Rules on context: how many tokens a model attends to."""
