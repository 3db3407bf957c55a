"""An organization of two member accounts in an emulator, and `org-operator` asked there.

Each account has the member role; `Member.client` speaks as the session of that role, as the command itself does, and
`Member.filling` as whoever may make things.
"""

import json
import os
import pathlib
import subprocess

import boto3
import botocore.session
from botocore.config import Config
from emulator import ROOT

# Whose account the key `test` is.
MANAGEMENT = {"ministack": "000000000000", "moto": "123456789012"}
REGION, OTHER = "eu-west-1", "us-east-1"
ROLE = "operation-readonly"
EXTERNAL_ID = "trial"
# No retries: an emulator that fails once fails always, and the tests shall be quick.
CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=20, connect_timeout=5)


def command():
    """The built command; ORG_OPERATOR names another one."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return os.environ.get("ORG_OPERATOR") or str(target / "debug/org-operator")


# One for all sessions: to read the services' models takes longer than to ask them.
LOADER = botocore.session.get_session().get_component("data_loader")


def session(key, secret="test", token=None):
    core = botocore.session.get_session()
    core.register_component("data_loader", LOADER)
    return boto3.Session(
        botocore_session=core, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token
    )


class Member:
    """An account: what fills it, and the member role's session."""

    def __init__(self, organization, account):
        self.organization, self.account = organization, account
        self.sessions, self.clients = {}, {}

    def client(self, service, region=REGION):
        return self.made(ROLE, service, region)

    def filling(self, service, region=REGION):
        return self.made("OrganizationAccountAccessRole", service, region)

    def made(self, role, service, region):
        """A client; a second one for the same costs nothing."""
        wanted = role, service, region
        if wanted not in self.clients:
            self.clients[wanted] = self.organization.of(self.session(role), service, region)
        return self.clients[wanted]

    def session(self, role):
        # ministack takes an account for a key; moto asks nobody who assumes a role.
        if role not in self.sessions and role != ROLE and self.organization.kind == "ministack":
            self.sessions[role] = session(self.account)
        elif role not in self.sessions:
            given = {"RoleArn": f"arn:aws:iam::{self.account}:role/{role}", "RoleSessionName": "trial"}
            sts = self.organization.of(session("test"), "sts", REGION)
            keys = sts.assume_role(ExternalId=EXTERNAL_ID, **given)["Credentials"]
            self.sessions[role] = session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return self.sessions[role]


class Organization:
    """The management account's view of an emulator, and two member accounts."""

    def __init__(self, kind, endpoint):
        self.kind, self.endpoint = kind, endpoint
        organizations = self.of(session("test"), "organizations", REGION)
        if kind == "moto":
            organizations.create_organization(FeatureSet="ALL")
        self.members = [self.member(organizations, name) for name in ("first", "second")]

    def of(self, session, service, region):
        return session.client(service, region_name=region, endpoint_url=self.endpoint, config=CONFIG)

    def member(self, organizations, name):
        made = organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
        member = Member(self, made["AccountId"])
        iam = member.filling("iam")
        principal = {"AWS": f"arn:aws:iam::{MANAGEMENT[self.kind]}:root"}
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy("sts:AssumeRole", None, Principal=principal))
        iam.put_role_policy(RoleName=ROLE, PolicyName="read", PolicyDocument=policy("*", "*"))
        return member

    def asked(self, folder, *arguments):
        """The ended process of the command with these arguments."""
        clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_ENDPOINT_URL": self.endpoint}
        clean |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
        told = ["--external-id", EXTERNAL_ID, "--out", str(pathlib.Path(folder) / "runs"), "--quiet"]
        words = [command(), *arguments, *told]
        try:
            return subprocess.run(
                words, env=clean, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, -1, "", "not within 20 s")


def policy(action, resource, **more):
    statement = {"Effect": "Allow", "Action": action} | ({"Resource": resource} if resource else {}) | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
