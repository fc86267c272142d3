"""What a model takes in and gives out, against the parts that its weights hold."""
