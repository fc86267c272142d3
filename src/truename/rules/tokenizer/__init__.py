"""What a name says of the tokenizer."""
