"""The laboratory: training, trials and the table of scores. Never needed to identify a model."""
