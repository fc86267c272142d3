"""Tasks and heads, against the declared architecture and the tensors."""
