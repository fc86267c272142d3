"""Rules on architecture: the family that a name claims, the declared model type, and the tensors."""
