"""Rules on the configuration: what it declares against what the tensors show."""
