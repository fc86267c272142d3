"""A survey's answers to counts, tables, figures and a report; the instrument is a data file.

What reads and counts (``polars``, ``openpyxl``, ``statsmodels``, ``altair``) is imported when first used: the extra
``study`` brings it.
"""

from truename.study.survey.instrument import Instrument, read_instrument
from truename.study.survey.run import Analysis, analyse

__all__ = ["Analysis", "Instrument", "analyse", "read_instrument"]
