"""A survey's answers to counts, tables, figures and a report; the instrument is a data file.

What reads and counts (``polars``, ``openpyxl``, ``statsmodels``, ``altair``) is imported when first used: the extra
``study`` brings it.
"""

from truename.study.survey.analysis import Analysis, analyse
from truename.study.survey.instrument import Instrument, read_instrument

__all__ = ["Analysis", "Instrument", "analyse", "read_instrument"]
