"""A run of the command over the simulated AWS, and its report in a browser held to the run's CSV files."""

import csv
import json
import os
import subprocess
from collections import Counter
from pathlib import Path

LETTERS = {"SUCCEEDED": "S", "SKIPPED": "K", "FAILED": "F"}


def made(binaries, folder):
    """The folder of a new run of `internet-routes`; some of its accounts and Regions refuse."""
    pipe = subprocess.PIPE
    command = [binaries / "simulation", "--accounts", "40", "--restricted", "0.1", "--seed", "3"]
    simulation = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    try:
        facts = json.loads(simulation.stdout.readline())
        ran = subprocess.run([binaries / "org-operator", "run", "--out", folder], env=environment(facts, folder),
                             capture_output=True, text=True, timeout=120)
    finally:
        simulation.stdin.close()
        simulation.wait(timeout=10)
    if ran.returncode not in (0, 3):
        raise SystemExit(f"browser: the run ended with {ran.returncode}: {ran.stderr}")
    return next(path.parent for path in Path(folder).glob("internet-routes/*/report.html"))


def reported(binaries, folder, *words):
    """The page that `org-operator report` gives for these words: runs, and options."""
    command = [binaries / "org-operator", "report", *words, "--out", folder]
    ended = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60)
    if ended.returncode:
        raise SystemExit(f"browser: the report ended with {ended.returncode}: {ended.stderr}")
    return Path(ended.stdout.strip())


def environment(facts, folder):
    return {
        "PATH": os.environ["PATH"], "HOME": str(folder), "AWS_ENDPOINT_URL": facts["Endpoint"], "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": f"AKIA{facts['ManagementAccount']}", "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_EC2_METADATA_DISABLED": "true", "ORG_OPERATOR_EXTERNAL_ID": facts["ExternalId"],
    }


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def differences(opened, folder):
    """What the page of the run in `folder` shows otherwise than its files; each in words."""
    header, *rows = rows_of(folder / "internet-routes.csv")
    routes = header.index("route_table_id")
    wanted = rows[len(rows) // 2][header.index("vpc_id")]
    opened.show("Rows")
    yield from differ("rows", opened.download(), [header, *rows])
    opened.sort("route_table_id")
    yield from differ("sorted rows", opened.download(), [header, *sorted(rows, key=lambda row: row[routes])])
    opened.filter(wanted)
    kept = sorted((row for row in rows if any(wanted in cell for cell in row)), key=lambda row: row[routes])
    yield from differ(f"rows with {wanted}", opened.download(), [header, *kept])
    opened.filter("")
    yield from targets_differ(opened, folder)


def targets_differ(opened, folder):
    header, *rows = rows_of(folder / "coverage.csv")
    told = [dict(zip(header, row)) for row in rows]
    script = "data.cells.status.map((s, i) => [data.accounts[data.cells.account[i]].id, " \
             "data.regions[data.cells.region[i]], s, data.cells.kind[i], String(data.cells.records[i])])"
    # A page counts the records of targets that SUCCEEDED, and others have none.
    expected = [[row["account_id"], row["region"], LETTERS[row["status"]], row["error"], row["records"]] for row in told]
    yield from differ("targets", sorted(opened.page.evaluate(script)), sorted(expected))
    opened.show("Failures")
    words = opened.page.inner_text("#view2")
    for kind, count in Counter(row["error"] for row in told if row["error"]).items():
        if kind not in words:
            yield f"{count} targets are {kind}, which the failures do not name"
    if f"org-operator run --resume {folder.name}" not in words:
        yield "the failures do not say how to resume the run"


def differ(what, shown, expected):
    if shown != expected:
        first = next((pair for pair in zip(shown, expected) if pair[0] != pair[1]), "one is longer")
        yield f"{what}: {len(shown)} shown, {len(expected)} in the file; first difference: {first}"
