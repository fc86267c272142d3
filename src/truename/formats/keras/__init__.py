"""The variables of Keras files, and the part of HDF5 that they need."""
