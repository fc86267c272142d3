"""Precision and quantisation that a name claims, against how the weights are stored."""
