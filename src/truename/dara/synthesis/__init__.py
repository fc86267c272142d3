"""Analysis by synthesis: a class is a program from a few dimensions to a multiset of shapes."""
