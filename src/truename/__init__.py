"""Is this pre-trained model what its name says?"""

__version__ = "0.1.0"
