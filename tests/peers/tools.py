"""The tools: how each is called, configured and read."""

from __future__ import annotations

import csv
import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulated import Row, Simulation

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
IN_FLIGHT = 20


@dataclass(frozen=True)
class Setting:
    """Where a tool runs: the simulated AWS, a folder of its own, our binary."""

    simulation: Simulation
    folder: Path
    org_operator: Path

    @property
    def regions(self) -> list[str]:
        return self.simulation.facts["Regions"]

    def fact(self, name: str) -> str:
        return self.simulation.facts[name]


@dataclass(frozen=True)
class Tool:
    """A tool. `rows` reads what it found, `failures` the lines in which it can name a target."""

    name: str
    concurrency: str
    command: Callable[[Setting], list[str]]
    rows: Callable[[Path], list[Row]]
    failures: Callable[[Path], list[str]]
    package: str = ""
    repeats: int = 1

    def missing(self) -> str:
        """Why it cannot run, or nothing."""
        try:
            importlib.metadata.version(self.package or "pip")
        except importlib.metadata.PackageNotFoundError:
            return f"not installed: no package {self.package} in this environment"
        return ""


def environment(setting: Setting) -> dict[str, str]:
    """Nothing of the caller's but PATH, so that no tool reaches beyond the simulation."""
    (setting.folder / "credentials").write_text(
        "[default]\n"
        f"aws_access_key_id = AKIA{setting.fact('ManagementAccount')}\n"
        "aws_secret_access_key = simulated\n"
    )
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(setting.folder),
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL": setting.fact("Endpoint"),
        "AWS_SHARED_CREDENTIALS_FILE": str(setting.folder / "credentials"),
        "AWS_CONFIG_FILE": str(setting.folder / "config"),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWSRUN_CONFIG": str(setting.folder / "awsrun.yaml"),
        "C7N_ORG_PARALLEL": str(IN_FLIGHT),
    }


def ours(setting: Setting) -> list[str]:
    return [
        *(str(setting.org_operator), "run", "--quiet", "--format", "csv"),
        *("--role-name", setting.fact("Role"), "--external-id", setting.fact("ExternalId")),
        *("--regions", ",".join(setting.regions), "--concurrency", str(IN_FLIGHT)),
        *("--out", str(setting.folder / "runs")),
    ]


def script(name: str, *more: str) -> Callable[[Setting], list[str]]:
    def command(setting: Setting) -> list[str]:
        return [
            *(sys.executable, str(HERE / name), "--role", setting.fact("Role")),
            *("--external-id", setting.fact("ExternalId")),
            *("--regions", ",".join(setting.regions), "--workers", str(IN_FLIGHT), *more),
        ]

    return command


def awsrun(setting: Setting) -> list[str]:
    accounts = setting.folder / "accounts.txt"
    accounts.write_text("".join(f"{account}\n" for account in setting.simulation.facts["Accounts"]))
    access = {
        "base": setting.fact("ManagementAccount"),
        "role": setting.fact("Role"),
        "external_id": setting.fact("ExternalId"),
    }
    plugin = "awsrun.plugins.creds.aws.ProfileCrossAccount"
    config = {"Credentials": {"plugin": plugin, "options": {"x_acct": access}}}
    # JSON is YAML too.
    (setting.folder / "awsrun.yaml").write_text(json.dumps(config))
    regions = [word for region in setting.regions for word in ("--region", region)]
    return [
        *(str(BIN / "awsrun"), "--account-file", str(accounts), "--threads", str(IN_FLIGHT)),
        *("--force", "--cmd-path", str(HERE / "awsrun_commands"), "internet_routes", *regions),
    ]


def c7n_org(setting: Setting) -> list[str]:
    def account(number: str) -> dict[str, str]:
        role, external_id = setting.fact("Role"), setting.fact("ExternalId")
        return {"account_id": number, "name": number, "role": role, "external_id": external_id}

    accounts = [account(number) for number in setting.simulation.facts["Accounts"]]
    (setting.folder / "accounts.yml").write_text(json.dumps({"accounts": accounts}))
    (setting.folder / "cache").mkdir()
    regions = [word for region in setting.regions for word in ("--region", region)]
    return [
        *(str(BIN / "c7n-org"), "run", "--config", str(setting.folder / "accounts.yml")),
        *("--use", str(HERE / "c7n_org" / "policy.yml"), "--output-dir", str(setting.folder)),
        *("--cache-path", str(setting.folder / "cache"), "--cache-period", "0", *regions),
    ]


def our_rows(folder: Path) -> list[Row]:
    with (folder / "stdout").open(newline="") as text:
        rows = list(csv.DictReader(text))
    names = ("account_id", "region", "route_table_id", "destination")
    return [(row[names[0]], row[names[1]], row[names[2]], row[names[3]]) for row in rows]


def our_failures(folder: Path) -> list[str]:
    """Every target that our coverage does not call SUCCEEDED."""
    files = (folder / "runs").glob("*/*/coverage.csv")
    lines = [line for file in files for line in file.read_text().splitlines()]
    return [line for line in lines if ",SUCCEEDED," not in line]


def printed_rows(folder: Path) -> list[Row]:
    with (folder / "stdout").open(newline="") as text:
        return [(row[0], row[1], row[2], row[3]) for row in csv.reader(text)]


def printed_failures(folder: Path) -> list[str]:
    return (folder / "stderr").read_text(errors="replace").splitlines()


def c7n_rows(folder: Path) -> list[Row]:
    rows: list[Row] = []
    for file in sorted(folder.glob("*/*/internet-routes/resources.json")):
        account, region = file.parts[-4], file.parts[-3]
        for table in json.loads(file.read_text()):
            for route in table["c7n:matched-routes"]:
                rows.append((account, region, table["RouteTableId"], c7n_destination(route)))
    return rows


def c7n_destination(route: dict[str, str]) -> str:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next(route[name] for name in names if name in route)


OURS = Tool("org-operator", "20 targets", ours, our_rows, our_failures, repeats=3)

PEERS = [
    Tool(
        "boto3 threads",
        "20 threads",
        script("boto3_threads.py"),
        printed_rows,
        printed_failures,
        package="boto3",
    ),
    Tool(
        "awsrun",
        "20 threads, an account's Regions one after another",
        awsrun,
        printed_rows,
        printed_failures,
        package="awsrun",
    ),
    Tool(
        "botocove",
        "20 workers",
        script("botocove_routes.py"),
        printed_rows,
        printed_failures,
        package="botocove",
    ),
    Tool(
        "botocove, `Status` put back",
        "20 workers",
        script("botocove_routes.py", "--put-status-back"),
        printed_rows,
        printed_failures,
        package="botocove",
    ),
    Tool("c7n-org", "20 processes", c7n_org, c7n_rows, printed_failures, package="c7n-org"),
]
