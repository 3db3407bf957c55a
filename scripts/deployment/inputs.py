"""What a person gives, as make's variables in the environment, and everything that is wrong with it at once."""

import os
import re

from deployment import aws, parameters, regions

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
TEXT = re.compile(r"[^\s\"']+")


class Refused(Exception):
    """Nothing was changed; the lines say why."""

    def __init__(self, lines):
        super().__init__("\n".join(lines))
        self.lines = list(lines)


class Inputs:
    """Values by name, and the problems that were found so far."""

    def __init__(self, environment=None):
        self.environment = dict(os.environ if environment is None else environment)
        self.problems = []
        self.parameters = {}

    def __getitem__(self, name):
        return self.environment.get(name, "")

    def says(self, name):
        """Whether a variable that asks for consent is given."""
        return self[name] == "1"

    def keep(self, name, value):
        """What is not given is as the stack has it."""
        if not self[name] and value:
            self.environment[name] = value

    def need(self, name, words):
        """The variable must be given; a value has no space or quote, so that calls can be typed as printed."""
        if not self[name]:
            self.problems.append(f"{name}=  {words}")
        elif not TEXT.fullmatch(self[name]):
            self.problems.append(f"{name}=  must have no spaces or quotes in it: got {self[name]}")

    def need_bucket(self, name, words):
        self.need(name, words)
        if self[name] and not BUCKET.fullmatch(self[name]):
            self.problems.append(
                f"{name}=  must be a bucket's name, 3 to 63 lower-case letters, digits, hyphens and dots: got {self[name]}"
            )

    def need_cli(self):
        if not aws.is_installed():
            self.problems.append("the AWS CLI  https://aws.amazon.com/cli, or pip install awscli")
            self.refuse()

    def need_region(self):
        """The Region of all calls; without one nothing else can be looked at."""
        region = aws.region()
        # The AWS CLI 1 knows only this name.
        os.environ["AWS_DEFAULT_REGION"] = region
        if not region:
            self.problems.append("AWS_REGION  or a Region in your AWS profile")
            self.refuse()
        return region

    def refuse_opt_in_region(self, region):
        """STS in an opt-in Region knows only the accounts that have it on."""
        if regions.is_opt_in(region) and not self.says("ALLOW_OPT_IN_REGION"):
            self.problems.append(
                f"another Region than {region}  it is an opt-in Region: from there no account can be entered that has it off"
                " (docs/deploy.md, Regions). Where all have it on: ALLOW_OPT_IN_REGION=1"
            )

    def read_parameters(self, allowed, variables):
        """PARAMETERS, where each name must be allowed; `variables` are parameters that have a variable of their own."""
        self.parameters, wrong = parameters.read(self["PARAMETERS"])
        taken = [f"PARAMETERS=  {name}: say {variables[name]}= instead" for name in self.parameters if name in variables]
        others = [name for name in self.parameters if name not in variables]
        self.problems += wrong + taken + parameters.unknown(others, set(allowed) - set(variables))

    def refuse_another_external_id(self, now):
        """Every member role asks for the external id: with another one no account can be entered."""
        if now and now != self["EXTERNAL_ID"] and not self.says("CHANGE_EXTERNAL_ID"):
            self.problems.append(
                "EXTERNAL_ID=  is not the stack's own: leave it out. To change it in earnest: CHANGE_EXTERNAL_ID=1, and then the"
                " same in\n                make deploy-management; runs enter no account until both are done"
            )

    def refuse(self):
        if self.problems:
            raise Refused(self.problems)
