"""Train the classifier of structures."""
