"""Every write of the configurator, and the reads that others call."""

from .builds import BuildQuote, Change, quote, quote_build, save_build, whole_car
from .checking import Report
from .publications import approve, cancel, go_on_in_fallback, refuse, request_publication
from .publish import check_draft, draft, make_current, publish
from .sessions import Explanation, OpenSession, explain, explain_forced, open_session

__all__ = [
    "BuildQuote",
    "Change",
    "Explanation",
    "OpenSession",
    "Report",
    "approve",
    "cancel",
    "check_draft",
    "draft",
    "explain",
    "explain_forced",
    "go_on_in_fallback",
    "make_current",
    "open_session",
    "publish",
    "quote",
    "quote_build",
    "refuse",
    "request_publication",
    "save_build",
    "whole_car",
]
