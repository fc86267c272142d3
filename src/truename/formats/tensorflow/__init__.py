"""The variables of TensorFlow checkpoints and SavedModels."""
