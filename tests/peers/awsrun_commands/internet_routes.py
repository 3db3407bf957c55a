"""Every route to an internet gateway, as a command of awsrun: it prints CSV rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import boto3
from awsrun.runner import RegionalCommand

FILTERS = [{"Name": "route.gateway-id", "Values": ["igw-*"]}]


class CLICommand(RegionalCommand):
    """Display routes to internet gateways."""

    def regional_execute(self, session: boto3.Session, acct: str, region: str) -> str:
        ec2 = session.client("ec2", region_name=region)
        out = io.StringIO()
        for page in ec2.get_paginator("describe_route_tables").paginate(Filters=FILTERS):
            csv.writer(out).writerows(rows(page, acct, region))
        return out.getvalue()


def rows(page: dict, account: str, region: str) -> Iterator[list[str]]:
    for table in page["RouteTables"]:
        if table["OwnerId"] != account:
            continue
        for route in table["Routes"]:
            if route.get("GatewayId", "").startswith("igw-"):
                yield [account, region, table["RouteTableId"], destination(route)]


def destination(route: dict) -> str:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next(route[name] for name in names if name in route)
