"""AWS's service authorization reference: which IAM actions an operation takes, and which of them AWS flags as writes.

AWS publishes it as JSON, one file a service, with no history. The crate cloudcover-aws carries a dated copy of all of them; it is
an input of this build only. cargo fetches it and holds it to the registry's checksum.
"""

import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from botocore import xform_name

HERE = Path(__file__).parent
CRATE, VERSION = "cloudcover-aws", "0.2.3"
MANIFEST = f"""[package]
name = "reference"
version = "0.0.0"
edition = "2024"
[lib]
path = "none.rs"
[dependencies]
{CRATE} = "={VERSION}"
[workspace]
"""


@cache
def directory():
    """The directory of the copy, in cargo's cache."""
    with tempfile.TemporaryDirectory() as place:
        manifest = Path(place) / "Cargo.toml"
        manifest.write_text(MANIFEST)
        manifest.with_name("none.rs").touch()
        # Run here, cargo is of the toolchain that the repository pins.
        command = ["cargo", "metadata", "--format-version", "1", "--quiet", "--manifest-path", str(manifest)]
        found = json.loads(subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE).stdout)
    crate = next(one for one in found["packages"] if one["name"] == CRATE)
    return Path(crate["manifest_path"]).parent / "data" / "sar"


def date():
    """The day on which the copy was taken."""
    return json.loads((directory() / "manifest.json").read_bytes())["retrieved_at"][:10]


class Reference:
    """The reference of all services."""

    def __init__(self):
        self.properties, self.authorized = {}, {}
        for entry in json.loads((directory() / "catalog.json").read_bytes())["services"]:
            for action in entry["document"]["Actions"]:
                full = f"{entry['service']}:{action['Name']}"
                self.properties[full.lower()] = action.get("Annotations", {}).get("Properties", {})
            for operation in entry["document"].get("Operations", []):
                self.add(operation)

    def add(self, operation):
        actions = {f"{one['Service']}:{one['Name']}" for one in operation.get("AuthorizedActions", [])}
        for sdk in operation["SDK"]:
            if sdk["Package"] == "Boto3":
                self.authorized.setdefault((sdk["Name"], sdk["Method"]), set()).update(actions)

    def is_known(self, action):
        return action.lower() in self.properties

    def is_flagged(self, action):
        """Whether AWS flags an action as a write or as permission management."""
        properties = self.properties.get(action.lower(), {})
        return bool(properties.get("IsWrite") or properties.get("IsPermissionManagement"))

    def actions(self, service, signing_name, operation):
        """The actions that a call takes, without what is optional; empty where nobody lists any.

        The action of the operation's own name is what a call cannot do without; what stands beside it is needed for some inputs
        only (a key, a role, a replica), and is often flagged as a write. Where there is none of that name, those of the
        service itself go before those of others. An operation that is not mapped to actions has that of its name, if AWS has one.
        """
        listed = sorted(self.authorized.get((service, xform_name(operation)), ()))
        by_name = f"{signing_name}:{operation}"
        if not listed:
            return [by_name] if self.is_known(by_name) else []
        found = [one for one in listed if one.split(":")[1].lower() == operation.lower()] or listed
        for prefix in (signing_name, service):
            if of_service := [one for one in found if one.split(":")[0] == prefix]:
                return of_service
        return found
