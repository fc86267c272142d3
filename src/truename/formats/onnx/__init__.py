"""The initialisers and the graph of an ONNX file."""
