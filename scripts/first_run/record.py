"""The record of a first run: each check with what was expected and seen, its verdict, and AWS's request ids.

Nothing here calls AWS. No credential or external id is ever handed to this module.
"""

from dataclasses import dataclass, field

AS_EXPECTED, DIFFERS, NOT_TRIED = "as expected", "DIFFERS", "not tried"
GROUPS = {
    1: "Package and cold start",
    2: "Deployment",
    3: "Truth",
    4: "Failure names",
    5: "Options",
}


@dataclass
class Check:
    """One check of a group."""

    group: int
    name: str
    expected: str
    seen: str = ""
    verdict: str = NOT_TRIED
    requests: list = field(default_factory=list)


class NotTried(Exception):
    """Why a check could not be made: a permission, a consent or a thing of the organization is missing."""


class Record:
    """All checks in the order in which they were made."""

    def __init__(self, calls):
        self.calls, self.checks = calls, []

    def check(self, group, name, expected, look):
        """Makes one check: `look` returns (holds, seen), or raises NotTried."""
        begun = len(self.calls)
        made = Check(group, name, expected)
        try:
            holds, made.seen = look()
            made.verdict = AS_EXPECTED if holds else DIFFERS
        except NotTried as reason:
            made.seen = str(reason)
        made.requests = self.calls[begun:]
        self.checks.append(made)
        print(f"  {made.verdict:12} {name}: {made.seen}", flush=True)
        return made.verdict == AS_EXPECTED

    def count(self, verdict):
        return sum(check.verdict == verdict for check in self.checks)


def cell(text):
    """A text as a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")[:400]


def markdown(record, about):
    """first-run.md: a summary, then a table per group."""
    lines = ["# First run", "", *(f"- {name}: {value}" for name, value in about.items())]
    counts = ", ".join(f"{record.count(verdict)} {verdict}" for verdict in (AS_EXPECTED, DIFFERS, NOT_TRIED))
    lines += [f"- checks: {counts}", ""]
    for group, title in GROUPS.items():
        lines += [f"## {group}. {title}", "", "| check | expected | seen | verdict | requests |", "|---|---|---|---|---|"]
        for check in (check for check in record.checks if check.group == group):
            requests = "; ".join(f"{operation} {request}" for operation, request in check.requests[:4])
            more = f"; and {len(check.requests) - 4} more" if len(check.requests) > 4 else ""
            cells = (check.name, check.expected, check.seen, check.verdict, requests + more)
            lines.append("| " + " | ".join(map(cell, cells)) + " |")
        lines.append("")
    return "\n".join(lines)
