"""The header of a safetensors file."""
