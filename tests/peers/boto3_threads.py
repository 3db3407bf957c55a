"""Every route to an internet gateway of an organization, with boto3 and a pool of threads.

The worker is the article's: one AssumeRole and one session per account and Region, a failure is
"skipped". Its inline Map is the thread pool here. Rows go to stdout as CSV.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

import boto3
from botocore.config import Config

FILTERS = [{"Name": "route.gateway-id", "Values": ["igw-*"]}]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", required=True)
    parser.add_argument("--external-id", required=True)
    parser.add_argument("--regions", required=True, type=lambda text: text.split(","))
    parser.add_argument("--workers", type=int, default=20)
    return parser.parse_args()


def active_accounts() -> list[str]:
    client = boto3.client("organizations")
    management = client.describe_organization()["Organization"]["MasterAccountId"]
    pages = client.get_paginator("list_accounts").paginate()
    accounts = [account for page in pages for account in page["Accounts"]]
    # The article reads `Status`, which AWS has retired: with it, this line is a KeyError.
    active = [account["Id"] for account in accounts if account["State"] == "ACTIVE"]
    return [account for account in active if account != management]


class Worker:
    """The article's worker: a session and a client of its own for each target."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.sts = boto3.client("sts", config=Config(max_pool_connections=options.workers))

    def session(self, account: str, region: str) -> boto3.Session:
        answer = self.sts.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{self.options.role}",
            RoleSessionName="organization-operator",
            ExternalId=self.options.external_id,
        )
        credentials = answer["Credentials"]
        return boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=region,
        )

    def routes(self, account: str, region: str) -> list[list[str]]:
        ec2 = self.session(account, region).client("ec2")
        pages = ec2.get_paginator("describe_route_tables").paginate(Filters=FILTERS)
        return [[account, region, *row] for page in pages for row in rows(page, account)]


def rows(page: dict, account: str) -> Iterator[list[str]]:
    for table in page["RouteTables"]:
        if table["OwnerId"] != account:
            continue
        for route in table["Routes"]:
            if route.get("GatewayId", "").startswith("igw-"):
                yield [table["RouteTableId"], destination(route)]


def destination(route: dict) -> str:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next(route[name] for name in names if name in route)


def printed(done: Future[list[list[str]]], writer: csv.writer) -> None:
    try:
        writer.writerows(done.result())
    except Exception:  # The article's state after a failed worker keeps this text and no more.
        print("Worker failed - skipped", file=sys.stderr)


def main() -> None:
    options = arguments()
    worker, writer = Worker(options), csv.writer(sys.stdout)
    targets = [(account, region) for account in active_accounts() for region in options.regions]
    with ThreadPoolExecutor(options.workers) as pool:
        running = [pool.submit(worker.routes, *target) for target in targets]
        for done in as_completed(running):
            printed(done, writer)


if __name__ == "__main__":
    main()
