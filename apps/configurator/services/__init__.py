"""Every write of the configurator, and the reads that others call."""

from .builds import BuildQuote, Change, freeze, quote, quote_build, save_build, whole_car, work_out
from .checking import Report
from .freezing import draft
from .publications import approve, cancel, go_on_in_fallback, refuse, request_publication
from .reopening import Nearest, Reopened, reopen
from .sessions import Explanation, OpenSession, answer_at_once, explain, explain_forced, is_whole, open_session
from .shelf import adopt_builds, forget_build, quote_builds, rename_build

__all__ = [
    "BuildQuote",
    "Change",
    "Explanation",
    "Nearest",
    "OpenSession",
    "Reopened",
    "Report",
    "adopt_builds",
    "answer_at_once",
    "approve",
    "cancel",
    "draft",
    "explain",
    "explain_forced",
    "forget_build",
    "freeze",
    "go_on_in_fallback",
    "is_whole",
    "open_session",
    "quote",
    "quote_build",
    "quote_builds",
    "refuse",
    "rename_build",
    "reopen",
    "request_publication",
    "save_build",
    "whole_car",
    "work_out",
]
