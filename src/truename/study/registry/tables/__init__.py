"""Rows to tables: frames in, frames out. Each file holds the tables of one question.

Every step first counts rows by the few columns that it needs, in one streamed pass, and then works on the counts,
which are small: so millions of rows need little memory. All lines come in an order that does not depend on the
machine, and sums are of whole numbers: equal rows give equal bytes.
"""
