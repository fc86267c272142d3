"""Small real files of each format, for the fuzzer to start from."""
