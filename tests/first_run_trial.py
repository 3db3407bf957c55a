"""The first-run kit, walked on the emulator, so that it works when the day comes.

An organization of two accounts, one of them without a member role, and the product deployed as it is. Every check that the
emulator can answer must be as expected, and the checks that are not tried are exactly those that it lacks.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from emulator import ROOT, Emulator
from least_privilege import REGION, Cloud, Trial, deploy, expect

from deployment import parameters

# What the emulator lacks, or what a person must do by hand: each one stays "not tried", and says why.
NOT_TRIED_HERE = {
    "FanoutFunction: memory and cold start", "WorkerFunction: memory and cold start",
    "ResultHandlerFunction: memory and cold start", "delegation policy", "StackSet of the member roles",
    "trusted access for StackSets", "an account where the role exists by hand", "two updates during a run",
    "undeploy and deploy again", "a Region that is off", "a Region that a policy denies",
    "hand-made routes over 100 tables, IPv6, prefix list, shared VPC",
    "an opt-in Region on in the member and off in the operation account",
    "a worker killed by memory", "a worker killed by time", "map-results denied", "notifications",
    "KmsKeyArn: a customer managed key", "ScheduleExpression: a schedule", "Tracing: X-Ray",
    "at(...) with dead letters", "Slack", "artifacts over 8 MiB with a second run beside the first",
}


def watched(trial):
    """The alarms, which are a stack of their own."""
    known = trial.outputs | {"NamePrefix": "org-operator"}
    given = {name: known.get(name, "") for name in parameters.of_template("observability.yaml")}
    deploy(trial.cloud, "test", "org-operator-observability", "observability.yaml", given)


def walked(endpoint, folder):
    """The kit's exit code and what it wrote, in an environment that speaks to the emulator only."""
    page = pathlib.Path(folder) / "first-run.md"
    clean = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(ROOT / "scripts")}
    aws = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "first-run-secret"}
    agreed = [word for kind in ("invoke", "start", "concurrency") for word in ("--agree", kind)]
    command = [sys.executable, "-m", "first_run", "--region", REGION, "--out", str(page), *agreed]
    code = subprocess.run(command, env=clean | aws, timeout=600, stdin=subprocess.DEVNULL, check=False).returncode
    return code, page.read_text(encoding="utf-8")


def rows(page):
    """(check, verdict) of every row of the page's tables."""
    cells = [re.split(r"(?<!\\)\|", line) for line in page.splitlines() if line.startswith("| ")]
    return [(row[1].strip(), row[4].strip()) for row in cells if row[1].strip() != "check"]


def main():
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        watched(Trial(Cloud(emulator.endpoint)))
        code, page = walked(emulator.endpoint, folder)
    found = rows(page)
    differs = [name for name, verdict in found if verdict == "DIFFERS"]
    expect(not differs and code == 0, f"these differ: {differs}\n{page}")
    not_tried = {name for name, verdict in found if verdict == "not tried"}
    expect(not_tried == NOT_TRIED_HERE, f"not tried, or no more: {not_tried ^ NOT_TRIED_HERE}\n{page}")
    expect("first-run-secret" not in page and "ExternalId" not in page, "the page has a secret")
    tried = len(found) - len(not_tried)
    expect(tried >= 15, f"only {tried} checks were made")
    print(f"{tried} checks as expected on the emulator, {len(not_tried)} not tried there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
