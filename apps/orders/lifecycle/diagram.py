"""The table as a picture: Mermaid for the README, Markdown for the rows beside it."""

from apps.orders.lifecycle.legs import LEG_PAIRS, LINE_PAIRS
from apps.orders.lifecycle.lines import LINE_RULES
from apps.orders.lifecycle.table import TRANSITIONS


def header_mermaid() -> str:
    """The header's states; an arrow is labelled with the rules' numbers and acts."""
    rows = ["stateDiagram-v2"]
    for rule in TRANSITIONS:
        source = rule.source.value if rule.source else "[*]"
        rows.append(f"    {source} --> {rule.target.value}: {rule.number} {rule.act}")
    ends = {rule.target for rule in TRANSITIONS} - {rule.source for rule in TRANSITIONS}
    rows += [f"    {end.value} --> [*]" for end in sorted(ends)]
    return "\n".join(rows)


def rules_markdown() -> str:
    """The rules, a row each."""
    rows = ["| T | act | from → to | who or what | guard | stopped by | service |", "|---|---|---|---|---|---|---|"]
    for rule in TRANSITIONS:
        source = rule.source.value if rule.source else "–"
        who = ", ".join(sorted(rule.triggers))
        flags = ", ".join(sorted(rule.stopped_by)) or "–"
        rows.append(
            f"| {rule.number} | `{rule.act}` | {source} → {rule.target.value} | {who} | {rule.guard} | {flags}"
            f" | `{rule.service}` |"
        )
    return "\n".join(rows)


def small_markdown() -> str:
    """The pairs of the payment legs and of each family of lines."""
    rows = ["| what | from | to |", "|---|---|---|"]
    tables = {"payment leg": LEG_PAIRS} | {family.value: pairs for family, pairs in LINE_PAIRS.items()}
    for name, pairs in tables.items():
        for source in sorted({one for one, _ in pairs}):
            targets = ", ".join(sorted(target for one, target in pairs if one == source))
            rows.append(f"| {name} | {source} | {targets} |")
    return "\n".join(rows)


def lines_markdown() -> str:
    """The rules of single lines, a row each."""
    rows = ["| what | act | from → to | who | guard |", "|---|---|---|---|---|"]
    for rule in LINE_RULES:
        sources = ", ".join(one.value for one in rule.sources)
        who = ", ".join(sorted(rule.actors))
        rows.append(f"| {rule.family.value} | `{rule.act}` | {sources} → {rule.target.value} | {who} | {rule.guard} |")
    return "\n".join(rows)


def document() -> str:
    """The whole of ``LIFECYCLE.md``."""
    return f"""# The states of an order

Drawn from `lifecycle/` by `manage.py lifecycle`; a test keeps it so. Change the table, not this file.

```mermaid
{header_mermaid()}
```

## The header's rules

{rules_markdown()}

## Payments and lines

{small_markdown()}

## The rules of installations and of what is made to order

Each is a function of `services.visits`.

{lines_markdown()}
"""
