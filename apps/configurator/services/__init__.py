"""Every write of the configurator, and the reads that others call."""

from .builds import BuildQuote, Change, quote, quote_build, save_build, whole_car
from .publish import Report, check_draft, draft, make_current, publish
from .sessions import Explanation, OpenSession, explain, explain_forced, open_session

__all__ = [
    "BuildQuote",
    "Change",
    "Explanation",
    "OpenSession",
    "Report",
    "check_draft",
    "draft",
    "explain",
    "explain_forced",
    "make_current",
    "open_session",
    "publish",
    "quote",
    "quote_build",
    "save_build",
    "whole_car",
]
