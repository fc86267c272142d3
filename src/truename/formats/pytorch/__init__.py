"""The tensors of a PyTorch checkpoint, read from its pickle without running it."""
