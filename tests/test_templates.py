"""Each check of the templates finds what it is there for, and the templates as they are have nothing to find."""

import json
import sys
import unittest

from emulator import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import check_templates
from templates import parse

MACHINE = json.loads((ROOT / "statemachine" / "org-operator.asl.json").read_text(encoding="utf-8"))


def with_change(file, old, new):
    """What is found where the text `old` of a template is `new`."""
    texts = check_templates.read_all()
    if old not in texts[file]:
        raise AssertionError(f"{file} has no {old!r}: the test changes nothing")
    texts[file] = texts[file].replace(old, new, 1)
    return list(check_templates.problems(texts))


class Checks(unittest.TestCase):
    def assert_found(self, found, *words):
        self.assertTrue(any(all(word in line for word in words) for line in found), f"{words} are not in {found}")

    def test_the_templates_as_they_are_have_no_problem(self):
        self.assertEqual(list(check_templates.problems(check_templates.read_all())), [])

    def test_operator_yaml_keeps_room_to_grow(self):
        found = with_change("operator.yaml", "Resources:\n", "#" + "x" * 2_000 + "\nResources:\n")
        self.assert_found(found, "operator.yaml", str(check_templates.LONGEST_OPERATOR))

    def test_a_type_of_one_partition_stands_in_a_template_of_its_own(self):
        slack = "  X:\n    Type: AWS::Chatbot::SlackChannelConfiguration\n    Condition: HasAdmin\n    Properties: {}\n"
        found = with_change("operator.yaml", "Resources:\n", f"Resources:\n{slack}")
        self.assert_found(found, "operator.yaml", "Chatbot", "slack.yaml")

    def test_a_literal_partition_is_found_whichever_it_is(self):
        for partition in ("aws", "aws-cn", "aws-us-gov"):
            found = with_change("operator.yaml", "arn:${AWS::Partition}:iam", f"arn:{partition}:iam")
            self.assert_found(found, f"the partition {partition}:")

    def test_a_literal_host_is_found(self):
        found = with_change("operator.yaml", '"dynamodb.${AWS::Region}.*"', '"dynamodb.${AWS::Region}.amazonaws.com*"')
        self.assert_found(found, "dynamodb.${AWS::Region}.amazonaws.com")

    def test_a_service_principal_whose_name_is_not_the_same_everywhere_is_found(self):
        for principal in ("logs.eu-west-1.amazonaws.com", "lambda.amazonaws.com.cn"):
            found = with_change("operator.yaml", "Service: states.amazonaws.com", f"Service: {principal}")
            self.assert_found(found, principal, "every partition")

    def test_a_suppressed_finding_of_the_linter_is_found(self):
        suppressed = "    Metadata: { cfn-lint: { config: { ignore_checks: [E3006] } } }\n"
        found = with_change("observability.yaml", "  RunFailedAlarm:\n", f"  RunFailedAlarm:\n{suppressed}")
        self.assert_found(found, "observability.yaml", "E3006")

    def test_a_parameter_that_nobody_passes_on_is_found(self):
        found = with_change("operator.yaml", "  DeadLettersQueue:\n    Description", "  DeadLetterQueue:\n    Description")
        self.assert_found(found, "observability.yaml", "DeadLettersQueue")
        found = with_change("management.yaml", "ParameterKey: ReaderPrincipalArn", "ParameterKey: Reader")
        self.assert_found(found, "ReaderPrincipalArn")

    def test_memory_is_part_of_the_release(self):
        self.assert_found(with_change("operator.yaml", "        MemorySize ${MemorySize}\n", ""), "MemorySize", "Release")

    def test_a_member_role_for_a_whole_account_is_not_to_be_had(self):
        pattern = parse(check_templates.read_all()["member-roles.yaml"])["Parameters"]["ReaderPrincipalArn"]["AllowedPattern"]
        for allowed in ("", "arn:aws:iam::111111111111:role/Audit", "arn:aws-cn:iam::111111111111:user/team/jo"):
            self.assertRegex(allowed, pattern)
        for refused in ("*", "111111111111", "arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:role/*"):
            self.assertNotRegex(refused, pattern)

    def test_sql_without_limit_encryption_or_enforced_settings_is_found(self):
        for line, words in (
            ("        EnforceWorkGroupConfiguration: true\n", ("WorkGroup", "client")),
            ("        BytesScannedCutoffPerQuery: !Ref BytesScannedLimit\n", ("WorkGroup", "without limit")),
        ):
            self.assert_found(with_change("analytics.yaml", line, ""), "analytics.yaml", *words)
        found = with_change("analytics.yaml", "          EncryptionConfiguration:\n", "          Encryption:\n")
        self.assert_found(found, "WorkGroup", "not encrypted")

    def test_a_column_that_glue_would_not_take_is_found(self):
        for name, words in (("{ Name: account_id,", "twice"), ("{ Name: Region-Name,", "no such name")):
            found = with_change("analytics.yaml", "{ Name: region,", name)
            self.assert_found(found, "CoverageTable", words)

    def test_a_reader_without_external_id_or_organization_is_found(self):
        found = with_change("member-roles.yaml", '                "sts:ExternalId": !Ref ExternalId\n', "")
        self.assert_found(found, "ReadOnlyRole", "sts:ExternalId")


class Alarms(unittest.TestCase):
    alarms = {
        name: resource["Properties"]
        for name, resource in parse(check_templates.read_all()["observability.yaml"])["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }

    def test_every_way_to_end_without_an_answer_has_an_alarm(self):
        machine = [{"Name": "StateMachineArn", "Value": {"Ref": "StateMachineArn"}}]
        watched = [alarm["MetricName"] for alarm in self.alarms.values() if alarm["Dimensions"] == machine]
        self.assertEqual(watched, ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"])

    def test_every_alarm_tells_the_topic_and_says_what_it_is(self):
        for name, alarm in self.alarms.items():
            self.assertEqual(alarm["AlarmActions"], [{"Ref": "NotificationTopicArn"}], name)
            self.assertGreater(len(alarm["AlarmDescription"]["Fn::Sub"]), 40, name)

    def test_throttling_in_member_accounts_gives_no_advice_that_does_not_help(self):
        throttled = self.alarms["ThrottledAlarm"]["AlarmDescription"]["Fn::Sub"]
        self.assertNotIn("Lower MaxConcurrency", throttled)
        self.assertIn("ResumeRun", throttled)


class Machine(unittest.TestCase):
    def test_an_execution_ends_within_the_shortest_retention_of_its_outcomes(self):
        days = parse(check_templates.read_all()["operator.yaml"])["Parameters"]["LedgerRetentionDays"]["MinValue"]
        self.assertLessEqual(MACHINE["TimeoutSeconds"], days * 86_400)

    def test_nothing_to_ask_starts_no_map_and_asks_nobody(self):
        choice = MACHINE["States"][MACHINE["States"]["Fanout"]["Next"]]
        self.assertEqual(choice["Choices"], [{"Variable": "$.WorkItems", "NumericEquals": 0, "Next": "ResultHandler"}])
        self.assertEqual(choice["Default"], "ApprovalWanted")
        self.assertEqual(MACHINE["States"]["ApprovalWanted"]["Default"], "WorkersMap")


if __name__ == "__main__":
    unittest.main()
