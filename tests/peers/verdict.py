"""What came of a tool's run: what it cost, what it found, what it left out without a word."""

from __future__ import annotations

import re
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from measured import Measured, run
from simulated import Row, Simulation, Target, Truth
from tools import Setting, Tool, environment


@dataclass(frozen=True)
class Verdict:
    """A run of a tool. `note` says why there is no more to see, where that is so."""

    tool: Tool
    measured: Measured | None = None
    calls: int = 0
    assume_role: int = 0
    right: int = 0
    missing: int = 0
    wrong: int = 0
    unanswered: int = 0
    named: int = 0
    note: str = ""


@dataclass(frozen=True)
class Bench:
    """What all runs have in common."""

    org_operator: Path
    limit: float
    repeat: bool


def verdict(tool: Tool, simulation: Simulation, truth: Truth, bench: Bench) -> Verdict:
    if why := tool.missing():
        return Verdict(tool, note=why)
    repeats = tool.repeats if bench.repeat else 1
    runs = [once(tool, simulation, truth, bench) for _ in range(repeats)]
    return median(runs)


def median(runs: list[Verdict]) -> Verdict:
    """The last run, with the medians of what each run cost."""
    costs = [one.measured for one in runs if one.measured]

    def middle(name: str) -> float:
        return statistics.median(getattr(cost, name) for cost in costs)

    cost = replace(
        costs[-1],
        wall=middle("wall"),
        user=middle("user"),
        system=middle("system"),
        memory_mb=middle("memory_mb"),
    )
    return replace(runs[-1], measured=cost)


def once(tool: Tool, simulation: Simulation, truth: Truth, bench: Bench) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as name:
        folder = Path(name)
        setting = Setting(simulation, folder, bench.org_operator)
        simulation.reset()
        measured = run(tool.command(setting), environment(setting), folder, bench.limit)
        note = last_words(folder, measured)
        judged = judge(tool, folder, simulation.targets, truth, ended_early=bool(note))
        return replace(counted(judged, simulation), measured=measured, note=note)


def counted(judged: Verdict, simulation: Simulation) -> Verdict:
    report = simulation.report()
    calls = sum(count["calls"] for count in report.values())
    assume_role = report.get("Sts.AssumeRole", {}).get("calls", 0)
    return replace(judged, calls=calls, assume_role=assume_role)


def judge(
    tool: Tool, folder: Path, targets: list[Target], truth: Truth, *, ended_early: bool
) -> Verdict:
    found = tool.rows(folder)
    rows = set(found)
    missing = truth.rows - rows
    unanswered = set(truth.refused) | {target_of(row) for row in missing}
    # Without rows to go by, a target that has none cannot be told from one that was not asked.
    if ended_early:
        unanswered = set(targets) - {target_of(row) for row in rows}
    lines = tool.failures(folder)
    regions = {region for _, region in targets}
    named = {target for target in unanswered if is_named(target, lines, regions)}
    return Verdict(
        tool,
        right=len(rows & truth.rows),
        missing=len(missing),
        # A row given twice is one wrong row.
        wrong=len(found) - len(rows & truth.rows),
        unanswered=len(unanswered),
        named=len(named),
    )


def target_of(row: Row) -> Target:
    return row[0], row[1]


def is_named(target: Target, lines: list[str], regions: set[str]) -> bool:
    """A line with an account and no Region names all targets of that account."""
    account, region = target
    for line in lines:
        words = set(re.findall(r"[\w-]+", line))
        if account in words and (region in words or not words & regions):
            return True
    return False


def last_words(folder: Path, measured: Measured) -> str:
    """Why the run ended before its work did: its time was over, or a traceback's last line."""
    if measured.timed_out:
        return f"ended after {measured.wall:.0f} s"
    errors = (folder / "stderr").read_text(errors="replace")
    if measured.exit_code == 0 or "Traceback (most recent call last)" not in errors:
        return ""
    return errors.rstrip().splitlines()[-1]
