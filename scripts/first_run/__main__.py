"""python -m first_run: walks the checks and writes first-run.md.

Exit 0: nothing differs from what was expected, 1: something does, 2: there is no deployment to look at.
"""

import argparse
import datetime
import pathlib
import sys

from .cloud import KINDS, Cloud
from .groups import all_groups
from .record import DIFFERS, NotTried, Record, markdown
from .runs import Runs


def arguments():
    parser = argparse.ArgumentParser(prog="make first-run", description=__doc__)
    parser.add_argument("--stack", default="org-operator", help="the operation account's stack")
    parser.add_argument("--region", required=True, help="its Region")
    parser.add_argument("--out", default="first-run.md", type=pathlib.Path)
    parser.add_argument("--agree", action="append", default=[], choices=sorted(KINDS), help="consent beforehand")
    return parser.parse_args()


def main():
    given = arguments()
    cloud = Cloud(given.region, given.stack, given.agree)
    try:
        caller = cloud.call("sts", "get_caller_identity")
        outputs = cloud.outputs()
    except NotTried as reason:
        print(f"there is no deployment to look at: {reason}", file=sys.stderr)
        return 2
    record = Record(cloud.calls)
    all_groups(record, cloud, outputs, Runs(cloud, outputs))
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    about = {"made": now, "account": caller["Account"], "Region": given.region, "stack": given.stack}
    given.out.write_text(markdown(record, about), encoding="utf-8")
    print(f"{given.out}: {record.count(DIFFERS)} of {len(record.checks)} checks differ")
    return 1 if record.count(DIFFERS) else 0


if __name__ == "__main__":
    sys.exit(main())
