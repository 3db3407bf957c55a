"""org-operator beside its peers: the same organization, the same latency, in one run.

`make bench-peers` runs it; README.md beside it says what each peer is and how it is configured.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from simulated import Simulation, Truth
from tools import OURS, PEERS, Tool
from verdict import Bench, Verdict, verdict

PACKAGES = ("awsrun", "boto3", "botocore", "botocove", "c7n", "c7n-org")


@dataclass(frozen=True)
class Scenario:
    """An organization, with what all tools made of it."""

    targets: int
    rows: int
    refused: int
    verdicts: list[Verdict]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("--bin", type=Path, required=True, help="folder of `simulation` and `org-operator`")
    add("--out", type=Path, help="Markdown file to write")
    add("--only", action="append", help="tools whose name has this; ours is always there")
    add("--accounts", type=int, default=25)
    add("--regions", type=int, default=5)
    add("--latency-ms", type=int, default=50)
    add("--seed", type=int, default=1)
    add("--fault-accounts", type=int, default=12)
    add("--fault-regions", type=int, default=4)
    add("--fault-seed", type=int, default=8)
    add("--restricted", type=float, default=0.1, help="share of accounts and targets that refuse")
    add("--throttle", type=int, default=3, help="calls throttled in each Region of one account")
    add("--limit", type=float, default=900, help="seconds that one run of a tool may take")
    return parser.parse_args()


def calm_options(options: argparse.Namespace) -> list[str]:
    return simulation_options(options, options.accounts, options.regions, options.seed)


def fault_options(options: argparse.Namespace) -> list[str]:
    faults = ["--restricted", str(options.restricted), "--throttle", str(options.throttle)]
    size = (options.fault_accounts, options.fault_regions, options.fault_seed)
    return simulation_options(options, *size) + faults


def simulation_options(
    options: argparse.Namespace, accounts: int, regions: int, seed: int
) -> list[str]:
    return [
        *("--accounts", str(accounts), "--regions", str(regions)),
        *("--latency-ms", str(options.latency_ms), "--seed", str(seed)),
    ]


def chosen(only: list[str] | None) -> list[Tool]:
    peers = PEERS if not only else [p for p in PEERS if any(name in p.name for name in only)]
    return [OURS, *peers]


def scenario(options: argparse.Namespace, world: list[str], repeat: bool) -> Scenario:
    bench = Bench(options.bin / "org-operator", options.limit, repeat)
    with Simulation(options.bin / "simulation", world) as simulation:
        truth = simulation.truth()
        targets = len(simulation.targets)
        say(f"{targets} targets, {len(truth.rows)} rows, {len(truth.refused)} refuse")
        verdicts = [told(tool, simulation, truth, bench) for tool in chosen(options.only)]
        return Scenario(targets, len(truth.rows), len(truth.refused), verdicts)


def told(tool: Tool, simulation: Simulation, truth: Truth, bench: Bench) -> Verdict:
    result = verdict(tool, simulation, truth, bench)
    cost = result.measured
    took = f"{cost.wall:.1f} s, exit code {cost.exit_code}" if cost else ""
    say(f"  {tool.name}: {took} {result.note}")
    return result


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def table(head: list[str], lines: list[list[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *lines])


COSTS = ["tool", "wall s", "×", "CPU s, user + system", "CPU ms per target", "×"]
COSTS += ["memory MB", "×", "processes", "AssumeRole", "calls", "exit code"]

FINDS = ["tool", "rows right", "missing", "wrong", "targets not answered"]
FINDS += ["of these named", "not named", "exit code"]


def costs(of: Scenario) -> str:
    ours = of.verdicts[0]
    return table(COSTS, [cost_line(one, ours, of.targets) for one in of.verdicts])


def cost_line(one: Verdict, ours: Verdict, targets: int) -> list[str]:
    cost, base = one.measured, ours.measured
    if cost is None or base is None or cost.timed_out:
        return blank(one, COSTS)
    # A run that ended before its work did is not to be compared.
    failed = bool(one.note)

    def ratio(mine: float, other: float) -> str:
        return "" if failed else f"{mine / other:.1f}"

    return [
        *(label(one), f"{cost.wall:.1f}", ratio(cost.wall, base.wall)),
        f"{cost.user:.2f} + {cost.system:.2f}",
        *(f"{1000 * cost.cpu / targets:.2f}", ratio(cost.cpu, base.cpu)),
        *(f"{cost.memory_mb:.0f}", ratio(cost.memory_mb, base.memory_mb)),
        *(str(cost.processes), str(one.assume_role), str(one.calls), str(cost.exit_code)),
    ]


def finds(of: Scenario) -> str:
    return table(FINDS, [find_line(one) for one in of.verdicts])


def find_line(one: Verdict) -> list[str]:
    if one.measured is None:
        return blank(one, FINDS)
    numbers = [one.right, one.missing, one.wrong, one.unanswered, one.named]
    not_named = one.unanswered - one.named
    return [label(one), *map(str, [*numbers, not_named, one.measured.exit_code])]


def label(one: Verdict) -> str:
    return f"{one.tool.name} (`{one.note}`)" if one.note else one.tool.name


def blank(one: Verdict, head: list[str]) -> list[str]:
    return [label(one)] + [""] * (len(head) - 1)


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in cpuinfo if "model name" in line), "?")
    return f"{os.cpu_count()} cores, {model}, {platform.system()} {platform.machine()}"


def versions(binary: Path) -> str:
    own = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    return ", ".join([own.stdout.strip(), *map(version, PACKAGES), python()])


def version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package} not installed"


def python() -> str:
    return f"Python {platform.python_version()}"


def page(options: argparse.Namespace, load: float, calm: Scenario, faults: Scenario) -> str:
    settings = "\n".join(f"- {tool.name}: {tool.concurrency}" for tool in chosen(options.only))
    return f"""\
# org-operator beside its peers

Written by `make bench-peers`; [tests/peers](../tests/peers/README.md) has the scripts, and says
how each tool is configured and what each column means.

- Date: {today()}
- Command: `make bench-peers{given(options)}`
- Machine: {machine()}
- Load average before the first run: {load:.1f}{busy(load)}
- Build: `{options.bin.name}`{unoptimized(options.bin.name)}
- Versions: {versions(options.bin / "org-operator")}

All tools ask the same simulated AWS on the loopback, which answers each call after
{options.latency_ms} ms, for the same rows: routes to internet gateways in the account's own route
tables. In flight at once:

{settings}

## Nothing wrong

`simulation {" ".join(calm_options(options))}`

{calm.targets} targets (account and Region), {calm.rows} rows. × is the ratio to ours. Ours is the
median of {OURS.repeats} runs, the others ran once.

{costs(calm)}

{best_peer(calm)}

{finds(calm)}

## With faults

`simulation {" ".join(fault_options(options))}`

{faults.targets} targets, of which {faults.refused} refuse (no role, a service control policy, a
missing permission); {faults.rows} rows in the others. In one account the first {options.throttle}
calls of each Region are throttled. Each tool ran once. A target is named where the tool says
somewhere that it was not answered; not named with exit code 0 means that nobody is told.

{finds(faults)}

{costs(faults)}
"""


def given(options: argparse.Namespace) -> str:
    """The options that differ from what `make bench-peers` takes by itself."""
    own = {"accounts": 25, "regions": 5, "latency_ms": 50, "seed": 1}
    chosen = {name: getattr(options, name) for name in own}
    other = [f"--{name.replace('_', '-')} {value}" for name, value in chosen.items() if value != own[name]]
    return f' PEERS_OPTIONS="{" ".join(other)}"' if other else ""


def best_peer(of: Scenario) -> str:
    """The goal: at least 100 times less CPU per target than the best peer with the whole answer."""
    ours = of.verdicts[0]
    peers = [one for one in of.verdicts[1:] if one.measured and one.right == of.rows]
    if not ours.measured or not peers:
        return "No peer gave the whole answer."
    best = min(peers, key=lambda one: one.measured.cpu)
    ratio = best.measured.cpu / ours.measured.cpu
    goal = "reached" if ratio >= 100 else "MISSED"
    who = f"Least CPU of the peers that gave the whole answer: {best.tool.name}"
    return f"{who}, {ratio:.0f} times ours (goal: at least 100; {goal})."


def busy(load: float) -> str:
    """What a reader must know where other work ran at the same time."""
    if load < 0.5:
        return ""
    return ". **Other work ran on this machine: times are longer than alone, wall most of all.**"


def unoptimized(build: str) -> str:
    return "" if build == "release" else ". **Ours is not optimized in this build.**"


def today() -> datetime.date:
    return datetime.datetime.now(datetime.timezone.utc).date()


def main() -> None:
    options = arguments()
    load = os.getloadavg()[0]
    calm = scenario(options, calm_options(options), repeat=True)
    faults = scenario(options, fault_options(options), repeat=False)
    text = page(options, load, calm, faults)
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
