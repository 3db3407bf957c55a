"""The simulated AWS: its process, what it counted, and the true answer, found call by call."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree

Target = tuple[str, str]
Row = tuple[str, str, str, str]

THREADS = 20
THROTTLED = ("RequestLimitExceeded", "Throttling")


@dataclass
class Truth:
    """The rows that are there to find, and the error of each target that does not answer."""

    rows: set[Row] = field(default_factory=set)
    refused: dict[Target, str] = field(default_factory=dict)


class Simulation:
    """The program `simulation`; it ends when its input is closed."""

    def __init__(self, binary: Path, options: list[str]) -> None:
        command = [str(binary), *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout is not None
        self.facts = json.loads(self.process.stdout.readline())
        self.address = urllib.parse.urlsplit(self.facts["Endpoint"]).netloc

    def __enter__(self) -> Simulation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def targets(self) -> list[Target]:
        accounts, regions = self.facts["Accounts"], self.facts["Regions"]
        return [(account, region) for account in accounts for region in regions]

    def report(self) -> dict[str, dict[str, int]]:
        return json.loads(self._get("/_simulation/report"))

    def reset(self) -> None:
        self._get("/_simulation/reset")

    def _get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection(self.address, timeout=10)
        connection.request("GET", path)
        body = connection.getresponse().read()
        connection.close()
        return body

    def truth(self) -> Truth:
        """What each target answers, without any SDK: the simulation checks no signatures."""
        truth = Truth()
        with ThreadPoolExecutor(THREADS) as pool:
            for rows, refused in pool.map(self._account, self.facts["Accounts"]):
                truth.rows |= rows
                truth.refused |= refused
        found, known = len(truth.rows), self.facts["Rows"]
        assert found == known, f"{found} rows by asking, {known} by the simulation's own count"
        self.reset()
        return truth

    def _account(self, account: str) -> tuple[set[Row], dict[Target, str]]:
        """What is true of one account."""
        caller = Caller(self.address)
        if error := caller.assume_role(self.facts, account):
            return set(), {(account, region): error for region in self.facts["Regions"]}
        rows: set[Row] = set()
        refused: dict[Target, str] = {}
        for region in self.facts["Regions"]:
            answer = caller.route_tables(account, region)
            if isinstance(answer, str):
                refused[account, region] = answer
            else:
                rows |= {(account, region, *route) for route in routes(answer, account)}
        return rows, refused


class Caller:
    """A connection, and the calls that the truth takes."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=30)

    def assume_role(self, facts: dict, account: str) -> str:
        form = {
            "Action": "AssumeRole",
            "RoleArn": f"arn:aws:iam::{account}:role/{facts['Role']}",
            "RoleSessionName": "truth",
            "ExternalId": facts["ExternalId"],
        }
        answer = self._call("sts", "us-east-1", f"AKIA{facts['ManagementAccount']}", form)
        return answer if isinstance(answer, str) else ""

    def route_tables(self, account: str, region: str) -> ElementTree.Element | str:
        return self._call("ec2", region, f"ASIA{account}", {"Action": "DescribeRouteTables"})

    def _call(
        self, service: str, region: str, key: str, form: dict[str, str]
    ) -> ElementTree.Element | str:
        """The answer, or the code of its error."""
        scope = f"Credential={key}/20260101/{region}/{service}/aws4_request"
        headers = {"authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
        while True:
            self.connection.request("POST", "/", urllib.parse.urlencode(form), headers)
            response = self.connection.getresponse()
            text = re.sub(r' xmlns="[^"]*"', "", response.read().decode(), count=1)
            root = ElementTree.fromstring(text)
            code = root.findtext(".//Error/Code", "")
            if code not in THROTTLED:
                return root if response.status == 200 else code
            time.sleep(0.05)


def routes(answer: ElementTree.Element, account: str) -> list[tuple[str, str]]:
    """Table and destination of each route to an internet gateway, of the account's own tables."""
    assert answer.find("nextToken") is None, "a page more than expected"
    tables = answer.findall("routeTableSet/item")
    own = [table for table in tables if table.findtext("ownerId") == account]
    return [
        (table.findtext("routeTableId", ""), destination(route))
        for table in own
        for route in table.findall("routeSet/item")
        if route.findtext("gatewayId", "").startswith("igw-")
    ]


def destination(route: ElementTree.Element) -> str:
    names = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    return next(text for name in names if (text := route.findtext(name)))
