"""What the scripts behind `make deploy` decide, without AWS; that they do it is shown by deploy_trial.py."""

import json
import pathlib
import sys
import unittest
from unittest import mock

import botocore

from emulator import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from deployment import aws, delegation, management, operator, parameters, regions, stack, stack_set
from deployment.inputs import Inputs

PARTITIONS = json.loads((pathlib.Path(botocore.__file__).parent / "data" / "partitions.json").read_text(encoding="utf-8"))


class Regions(unittest.TestCase):
    def test_partition_and_hosts_of_every_region_are_botocores(self):
        known = {region: partition for partition in PARTITIONS["partitions"] for region in partition["regions"]}
        known = {region: partition for region, partition in known.items() if not region.endswith("-global")}
        self.assertGreater(len(known), 40)
        for region, partition in known.items():
            wanted = (partition["id"], partition["outputs"]["dnsSuffix"])
            self.assertEqual(regions.partition_and_suffix(region), wanted, region)

    def test_opt_in_regions_are_those_that_an_account_can_switch_off(self):
        for region in ("eu-south-1", "ap-east-1", "me-central-1", "af-south-1", "il-central-1", "mx-central-1", "xx-new-9"):
            self.assertTrue(regions.is_opt_in(region), region)
        for region in ("us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1", "eu-isoe-west-1"):
            self.assertFalse(regions.is_opt_in(region), region)

    def test_an_objects_address_ends_as_its_partition_does(self):
        for region, host in [
            ("eu-west-1", "s3.eu-west-1.amazonaws.com"),
            ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", "s3.eusc-de-east-1.amazonaws.eu"),
            ("us-iso-east-1", "s3.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "s3.us-isob-east-1.sc2s.sgov.gov"),
        ]:
            self.assertEqual(regions.object_address("b", "k/x.yaml", region), f"https://b.{host}/k/x.yaml")
        self.assertEqual(regions.object_address("b", "k", "eu-west-1", "http://127.0.0.1:1/"), "http://127.0.0.1:1/b/k")


class Given(unittest.TestCase):
    def inputs(self, **given):
        return Inputs(given)

    def test_an_opt_in_region_needs_consent(self):
        for given, refused in ({}, True), ({"ALLOW_OPT_IN_REGION": "0"}, True), ({"ALLOW_OPT_IN_REGION": "1"}, False):
            inputs = self.inputs(**given)
            inputs.refuse_opt_in_region("eu-south-1")
            self.assertEqual(bool(inputs.problems), refused, given)

    def test_the_next_command_passes_on_what_the_members_roles_take(self):
        stacks = {"StackServiceRoleName": "deployer", "StackNamePrefix": "team-"}
        admin = {"AdminWorkerRoleArn": "arn:aws:iam::1:role/a"}
        self.assertEqual(
            operator.for_members(stack.Stack("s", "", stacks, admin)),
            ["AdminWorkerRoleArn=arn:aws:iam::1:role/a", "StackServiceRoleName=deployer", "StackNamePrefix=team-"],
        )
        empty = dict.fromkeys(stacks, "")
        self.assertEqual(operator.for_members(stack.Stack("s", "", empty, admin)), ["AdminWorkerRoleArn=arn:aws:iam::1:role/a"])
        self.assertEqual(operator.for_members(stack.Stack("s", "", stacks, {})), [])

    def test_parameters_are_read_as_a_shell_reads_them(self):
        given, wrong = parameters.read("TargetRegions=eu-west-1,us-east-1 'ScheduleExpression=cron(0 6 ? * MON *)' A=")
        self.assertEqual(wrong, [])
        wanted = {"TargetRegions": "eu-west-1,us-east-1", "ScheduleExpression": "cron(0 6 ? * MON *)", "A": ""}
        self.assertEqual(given, wanted)

    def test_every_wrong_parameter_is_named(self):
        inputs = self.inputs(PARAMETERS="MemorySise=512 word ExternalId=x TargetRegions=eu-west-1")
        inputs.read_parameters(parameters.of_template("operator.yaml"), operator.VARIABLES)
        said = "\n".join(inputs.problems)
        for words in ("MemorySise; did you mean MemorySize?", "word: must be Name=Value", "EXTERNAL_ID="):
            self.assertIn(words, said)
        self.assertEqual(len(inputs.problems), 3)
        self.assertIn("cannot be read", parameters.read("'open")[1][0])

    def test_another_external_id_needs_consent(self):
        for given, refused in ({"EXTERNAL_ID": "new"}, True), ({"EXTERNAL_ID": "new", "CHANGE_EXTERNAL_ID": "1"}, False):
            inputs = self.inputs(**given)
            inputs.refuse_another_external_id("old")
            self.assertEqual(bool(inputs.problems), refused, given)

    def test_slack_is_given_whole_and_in_the_aws_partition_only(self):
        whole = {"SlackWorkspaceId": "T0123456789", "SlackChannelId": "C0123456789"}
        self.assertEqual(operator.slack_problems(whole, "eu-west-1"), [])
        self.assertEqual(operator.slack_problems(dict.fromkeys(whole, ""), "cn-north-1"), [])
        self.assertIn("together", operator.slack_problems(whole | {"SlackChannelId": ""}, "eu-west-1")[0])
        self.assertIn("aws-us-gov", operator.slack_problems(whole, "us-gov-west-1")[0])


    def test_sql_stays_as_it_is_unless_a_person_says_otherwise(self):
        for given, exists, wanted in (
            ({}, False, "false"), ({}, True, "true"), ({"Analytics": "true"}, False, "true"), ({"Analytics": "false"}, True, "false"),
        ):  # fmt: skip
            stacks = mock.Mock(analytics=stack.Stack("s", "CREATE_COMPLETE" if exists else ""))
            self.assertEqual(operator.wants_analytics(mock.Mock(parameters=given), stacks), wanted)
        self.assertIn("true or false", operator.analytics_problems({}, "yes")[0])
        self.assertIn("BytesScannedLimit", operator.analytics_problems({"BytesScannedLimit": "1"}, "false")[0])
        self.assertEqual(operator.analytics_problems({"BytesScannedLimit": "1"}, "true"), [])


class Stacks(unittest.TestCase):
    def setUp(self):
        patched = mock.patch.object(stack, "reasons", return_value="\n    Table: exists")
        self.addCleanup(patched.stop)
        patched.start()

    def obstacle(self, status, replace_failed=False):
        return stack.Stack("s", status).obstacle(replace_failed)

    def test_a_failed_first_create_is_replaced_by_consent_only(self):
        for status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
            said = self.obstacle(status)
            for words in (status, "Table: exists", "REPLACE_FAILED=1"):
                self.assertIn(words, said)
            self.assertEqual(self.obstacle(status, replace_failed=True), "")

    def test_a_stack_that_changes_is_waited_for_by_whoever_changes_it(self):
        for status in ("CREATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"):
            self.assertIn("wait", self.obstacle(status, replace_failed=True))
        self.assertIn("continue-update-rollback", self.obstacle("UPDATE_ROLLBACK_FAILED"))

    def test_nothing_stands_in_the_way_of_a_whole_stack_or_none(self):
        for status in ("", "REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            self.assertEqual(self.obstacle(status), "", status)

    def test_the_first_failures_are_those_of_the_last_operation(self):
        def event(name, status, reason=""):
            stack_id = "arn:stack"
            physical = stack_id if name == "s" else f"physical-{name}"
            return {
                "LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": reason,
                "PhysicalResourceId": physical, "StackId": stack_id,
            }  # fmt: skip

        oldest_first = [
            event("s", "CREATE_IN_PROGRESS"), event("Old", "CREATE_FAILED", "of an operation before"),
            event("s", "CREATE_COMPLETE"), event("s", "UPDATE_IN_PROGRESS"),
            event("Table", "UPDATE_FAILED", "no such key"), event("Queue", "UPDATE_FAILED", "Resource creation cancelled"),
            event("s", "UPDATE_ROLLBACK_IN_PROGRESS"), event("s", "UPDATE_ROLLBACK_FAILED", "the stack's own"),
        ]  # fmt: skip
        self.assertEqual(stack.first_failures(oldest_first[::-1]), [("Table", "no such key")])

    def test_an_error_has_the_code_that_aws_gave_in_both_versions_of_the_cli(self):
        for said in (
            "\nAn error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id s does not exist\n",
            "aws: [ERROR]: An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id s does not exist",
        ):
            error = aws.AwsError.of(said)
            self.assertEqual(error.code, "ValidationError")
            self.assertIn("does not exist", str(error))
        self.assertEqual(aws.AwsError.of("").code, "")


class StackSets(unittest.TestCase):
    def instance(self, account, status, detail, reason=""):
        return {
            "Account": account, "Region": "eu-west-1", "Status": status,
            "StackInstanceStatus": {"DetailedStatus": detail}, "StatusReason": reason,
        }  # fmt: skip

    def test_a_stack_set_that_reached_everybody_is_a_success(self):
        reached = [self.instance("1", "CURRENT", "SUCCEEDED"), self.instance("2", "OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT")]
        lines, whole = stack_set.report("s", reached)
        self.assertTrue(whole)
        self.assertIn("1 accounts", lines[0])

    def test_a_stack_set_that_reached_nobody_is_none(self):
        for summaries in [], [self.instance("2", "OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT")]:
            lines, whole = stack_set.report("s", summaries)
            self.assertFalse(whole)
            self.assertIn("no account", lines[0])

    def test_whoever_was_not_reached_is_named_with_the_reason(self):
        summaries = [
            self.instance("1", "CURRENT", "SUCCEEDED"),
            self.instance("3", "OUTDATED", "FAILED", "already exists"),
            self.instance("4", "OUTDATED", "PENDING"),
            self.instance("5", "INOPERABLE", "INOPERABLE"),
        ]
        lines, whole = stack_set.report("s", summaries)
        self.assertFalse(whole)
        said = "\n".join(lines)
        for words in ("1 of 4", "3 in eu-west-1: FAILED: already exists", "4 in eu-west-1: PENDING", "5 in eu-west-1: INOPERABLE"):
            self.assertIn(words, said)


class Delegation(unittest.TestCase):
    def test_statements_of_others_are_named(self):
        ours, theirs, nameless = {"Sid": delegation.OURS}, {"Sid": "Backup"}, {"Effect": "Allow"}
        policy = json.dumps({"Statement": [ours, theirs, nameless]})
        self.assertEqual(delegation.others(policy), ["Backup", "one without Sid"])
        self.assertEqual(delegation.others(json.dumps({"Statement": ours})), [])
        self.assertEqual(delegation.others(""), [])

    def test_who_said_false_once_need_not_say_it_again(self):
        now = {"OperationAccountId": "222222222222", "DelegateOrganization": "false"}
        for given, before, account, wanted in [
            ({}, {}, "111111111111", True),
            ({}, now, "111111111111", False),
            ({"DelegateOrganization": "true"}, now, "111111111111", True),
            ({"DelegateOrganization": "false"}, {}, "111111111111", False),
            ({}, {}, "222222222222", False),
        ]:
            inputs = Inputs({"OPERATION_ACCOUNT_ID": "222222222222"})
            inputs.parameters = given
            self.assertEqual(management.delegates(inputs, before, account), wanted, (given, before, account))


if __name__ == "__main__":
    unittest.main()
