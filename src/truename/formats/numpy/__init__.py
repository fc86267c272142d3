"""The arrays of NumPy files and archives."""
