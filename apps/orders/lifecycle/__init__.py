"""The states of an order, its payment legs and its lines, and who may move them. Pure: no ORM, no clock."""

from apps.orders.lifecycle.legs import (
    GONE,
    LEG_PAIRS,
    LINE_ENDS,
    LINE_PAIRS,
    PAID,
    PAYABLE,
    line_is_at_rest,
    line_may_become,
)
from apps.orders.lifecycle.lines import LINE_RULES, LineRule, line_rules
from apps.orders.lifecycle.states import Actor, Family, Flag, LegStatus, LineStatus, Status, Trigger
from apps.orders.lifecycle.table import (
    FINAL,
    FREE_TO_LEAVE,
    IN_WORK,
    PAIRS,
    QUIET,
    STOPPED,
    TRANSITIONS,
    UNSIGNED,
    Rule,
    allowed_transitions,
    is_allowed,
    rules_from,
)
from apps.orders.lifecycle.words import MAIN_LINE, WHAT_IT_MEANS

__all__ = [
    "FINAL",
    "FREE_TO_LEAVE",
    "GONE",
    "IN_WORK",
    "LEG_PAIRS",
    "LINE_ENDS",
    "LINE_PAIRS",
    "LINE_RULES",
    "MAIN_LINE",
    "PAID",
    "PAIRS",
    "PAYABLE",
    "QUIET",
    "STOPPED",
    "TRANSITIONS",
    "UNSIGNED",
    "WHAT_IT_MEANS",
    "Actor",
    "Family",
    "Flag",
    "LegStatus",
    "LineRule",
    "LineStatus",
    "Rule",
    "Status",
    "Trigger",
    "allowed_transitions",
    "is_allowed",
    "line_is_at_rest",
    "line_may_become",
    "line_rules",
    "rules_from",
]
