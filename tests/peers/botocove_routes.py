"""Every route to an internet gateway of an organization, with botocove.

Rows go to stdout as CSV; what botocove says of failures goes to stderr, as its README prints it.
With `--put-status-back` ListAccounts has the field `Status` again, which AWS has retired and
botocove 1.7.4 reads: two lines, so that its speed can be seen.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator

import boto3
from botocove import cove

FILTERS = [{"Name": "route.gateway-id", "Values": ["igw-*"]}]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", required=True)
    parser.add_argument("--external-id", required=True)
    parser.add_argument("--regions", required=True, type=lambda text: text.split(","))
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--put-status-back", action="store_true")
    return parser.parse_args()


def put_status_back(parsed: dict, **_: object) -> None:
    for account in parsed.get("Accounts", []):
        account.setdefault("Status", account["State"])


def own_session(options: argparse.Namespace) -> boto3.Session:
    session = boto3.Session()
    if options.put_status_back:
        session.events.register("after-call.organizations.ListAccounts", put_status_back)
    return session


def routes(session: boto3.Session) -> list[list[str]]:
    account = session.session_information["Id"]
    pages = session.client("ec2").get_paginator("describe_route_tables").paginate(Filters=FILTERS)
    return [row for page in pages for row in rows(page, account, session.region_name)]


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


def main() -> None:
    options = arguments()
    everywhere = cove(
        rolename=options.role,
        external_id=options.external_id,
        regions=options.regions,
        thread_workers=options.workers,
        assuming_session=own_session(options),
    )
    output = everywhere(routes)()
    writer = csv.writer(sys.stdout)
    for result in output["Results"]:
        writer.writerows(result["Result"])
    for failed in [*output["Exceptions"], *output["FailedAssumeRole"]]:
        print(failed["Id"], failed["Region"], repr(failed["ExceptionDetails"]), file=sys.stderr)


if __name__ == "__main__":
    main()
