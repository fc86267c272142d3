"""How results are published: shares with intervals, figures for one column of a paper, pages that need no other file.

Needs the extra ``study``; what only some of it needs is imported when first used.
"""
