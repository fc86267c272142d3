"""The tensors of a TensorFlow Lite file."""
