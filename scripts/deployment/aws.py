"""The AWS CLI: calls that only look, and calls that change something, which are printed before they run.

Credentials and Region are the CLI's own (AWS_PROFILE, AWS_REGION, ...).
"""

import json
import os
import re
import shlex
import shutil
import subprocess

CODE = re.compile(r"An error occurred \((\w+)\)")


class AwsError(Exception):
    """Why a call failed, and AWS's error code where there is one."""

    def __init__(self, words, code=""):
        super().__init__(words)
        self.code = code

    @classmethod
    def of(cls, said):
        """From what the AWS CLI wrote; its last line has the reason."""
        found = CODE.search(said)
        lines = said.strip().splitlines() or ["the AWS CLI failed and said nothing"]
        return cls(lines[-1], found.group(1) if found else "")


def is_installed():
    return shutil.which("aws") is not None


def look(*arguments):
    """The answer of a call that changes nothing."""
    environment = os.environ | {"AWS_PAGER": ""}
    ran = subprocess.run(
        ["aws", *arguments, "--output", "json"], env=environment, text=True, capture_output=True, check=False
    )
    if ran.returncode:
        raise AwsError.of(ran.stderr)
    return json.loads(ran.stdout) if ran.stdout.strip() else {}


def change(*arguments):
    """Prints a call as it can be typed, and makes it; the CLI's own output goes to the terminal."""
    print("+", shlex.join(["aws", *arguments]), flush=True)
    if subprocess.run(["aws", *arguments], env=os.environ | {"AWS_PAGER": ""}, check=False).returncode:
        raise AwsError(f"this failed, as said above: aws {' '.join(arguments[:3])}")


def region():
    """The Region of all calls, or an empty string."""
    given = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if given or not is_installed():
        return given or ""
    ran = subprocess.run(["aws", "configure", "get", "region"], text=True, capture_output=True, check=False)
    return ran.stdout.strip()


def account():
    """The account that the credentials belong to."""
    return look("sts", "get-caller-identity")["Account"]
