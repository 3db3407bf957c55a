"""The five groups of checks. Each check says what AWS's documentation lets expect, and looks."""

import base64
import json
import re

from .record import NotTried

MEMORY = re.compile(r"Memory Size: (\d+) MB\s+Max Memory Used: (\d+) MB(?:\s+Init Duration: ([\d.]+) ms)?")


def all_groups(record, cloud, outputs, runs):
    """Every check, in order."""
    package_and_cold_start(record, cloud, outputs)
    deployment(record, cloud, outputs)
    truth(record, cloud, runs)
    failure_names(record, cloud, outputs, runs)
    options(record, cloud, outputs)


def report_line(cloud, function, payload):
    """Memory and cold start of one invocation, as Lambda's REPORT line has them."""
    cloud.consent("invoke")
    answer = cloud.call("lambda", "invoke", FunctionName=function, LogType="Tail", Payload=json.dumps(payload).encode())
    log = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
    found = MEMORY.search(log)
    if not found:
        raise NotTried("the invocation's log has no REPORT line here")
    size, used, init = found.groups()
    return int(size), int(used), float(init or 0)


def package_and_cold_start(record, cloud, outputs):
    for name in ("FanoutFunction", "WorkerFunction", "ResultHandlerFunction"):
        def starts(function=outputs.get(name, name)):
            cloud.consent("invoke")
            answer = cloud.call("lambda", "invoke", FunctionName=function, Payload=b'{"Nonsense": true}')
            told = json.loads(answer["Payload"].read() or b"{}").get("errorType")
            return told == "InvalidRequest", f"errorType {told}"

        record.check(1, f"{name} starts", "its own InvalidRequest for nonsense, no Runtime.ExitError", starts)

        def memory(function=outputs.get(name, name)):
            size, used, init = report_line(cloud, function, {"Nonsense": True})
            return used < 0.8 * size, f"{used} of {size} MB, init {init:.0f} ms"

        record.check(1, f"{name}: memory and cold start", "less than 80 % of the memory", memory)

    def architecture():
        told = cloud.call("lambda", "get_function_configuration", FunctionName=outputs["WorkerFunction"])
        return told["Runtime"] == "provided.al2023", f"{told['Runtime']} on {', '.join(told.get('Architectures', []))}"

    record.check(1, "runtime", "provided.al2023", architecture)


def deployment(record, cloud, outputs):
    def trusted():
        told = cloud.call("organizations", "list_aws_service_access_for_organization")
        names = [principal["ServicePrincipal"] for principal in told["EnabledServicePrincipals"]]
        return any("stacksets" in name for name in names), ", ".join(sorted(names)) or "none"

    record.check(2, "trusted access for StackSets", "member.org.stacksets.cloudformation… is on", trusted)

    def delegation():
        text = cloud.call("organizations", "describe_resource_policy")["ResourcePolicy"]["Content"]
        return "OrgOperatorReadsTheOrganization" in text, f"{len(text)} characters of policy"

    record.check(2, "delegation policy", "it has the statement OrgOperatorReadsTheOrganization", delegation)

    def stack_set():
        told = cloud.call("cloudformation", "list_stack_instances", StackSetName="org-operator-member-roles")
        states = [one["StackInstanceStatus"]["DetailedStatus"] for one in told["Summaries"]]
        if not states:
            return False, "the StackSet has reached nobody"
        behind = sum(state != "SUCCEEDED" for state in states)
        return behind == 0, f"{len(states)} accounts, {behind} not SUCCEEDED"

    record.check(2, "StackSet of the member roles", "every instance SUCCEEDED", stack_set)

    def listing():
        told = cloud.call("organizations", "list_accounts", MaxResults=20)["Accounts"]
        return bool(told), f"{len(told)} accounts on the first page, {'State' if 'State' in told[0] else 'Status'} given"

    record.check(2, "the organization can be listed", "accounts with State or Status", listing)
    for name in ("an account where the role exists by hand", "two updates during a run", "undeploy and deploy again"):
        record.check(2, name, "as docs/deploy.md says", by_hand)


def by_hand():
    raise NotTried("it changes the deployment: do it by hand, and note it here")


def truth(record, cloud, runs):
    def default_run():
        output, run = runs.answer({})
        rows = runs.coverage(run)
        counted = {status: sum(row["status"] == status for row in rows) for status in ("SUCCEEDED", "SKIPPED", "FAILED")}
        same = len(rows) == output["Targets"] and counted["FAILED"] == output["Failed"]
        return same, f"{len(rows)} rows for {output['Targets']} targets: {counted}"

    record.check(3, "a default run accounts for every target", "a row of coverage.csv per target", default_run)

    def last_rows():
        if not runs.last:
            raise NotTried("there is no run to look at")
        return runs.coverage(runs.last)

    def unique():
        pairs = [(row["account_id"], row["region"]) for row in last_rows()]
        return len(pairs) == len(set(pairs)), f"{len(pairs)} pairs, {len(set(pairs))} distinct"

    record.check(3, "no target twice", "each (account, Region) once", unique)

    def accounts():
        listed = cloud.call("organizations", "list_accounts")["Accounts"]
        active = {one["Id"] for one in listed if one.get("State", one.get("Status")) == "ACTIVE"}
        seen = {row["account_id"] for row in last_rows()}
        return seen <= active, f"{len(seen)} accounts asked, {len(active)} ACTIVE on the first page of the listing"

    record.check(3, "only ACTIVE accounts", "no account that is not ACTIVE", accounts)

    def opt_in():
        rows = [row for row in last_rows() if row["error"] == "RegionDisabled"]
        if not rows:
            raise NotTried("no Region of the run is off in any account")
        return True, f"{len(rows)} targets SKIPPED RegionDisabled, such as {rows[0]['account_id']} {rows[0]['region']}"

    record.check(3, "a Region that is off", "SKIPPED RegionDisabled, because AWS says so", opt_in)

    def policy():
        rows = [row for row in last_rows() if row["error"] == "DeniedByPolicy"]
        if not rows:
            raise NotTried("no service control policy denied a target")
        return all(row["status"] == "SKIPPED" for row in rows), rows[0]["message"]

    record.check(3, "a Region that a policy denies", "SKIPPED DeniedByPolicy, with the evidence", policy)

    def no_role():
        rows = [row for row in last_rows() if row["error"] == "AssumeRoleDenied"]
        if not rows:
            raise NotTried("every account has the role")
        return all(row["status"] == "FAILED" for row in rows), f"{len(rows)} targets; {rows[0]['message']}"

    record.check(3, "an account without the role", "FAILED AssumeRoleDenied in each of its Regions", no_role)
    for name in ("hand-made routes over 100 tables, IPv6, prefix list, shared VPC",
                 "an opt-in Region on in the member and off in the operation account"):
        record.check(3, name, "SUCCEEDED, rows equal to the console's", by_hand)

    def enabled():
        described = runs.run({"Regions": "ENABLED"})
        cause = described.get("cause") or ""
        refused = described.get("error") == "AccessDenied" and "account:ListRegions" in cause
        return described["status"] == "SUCCEEDED" or refused, f"{described['status']} {described.get('error', '')}"

    record.check(3, "Regions ENABLED", "SUCCEEDED, or AccessDenied that names account:ListRegions", enabled)


def failure_names(record, cloud, outputs, runs):
    def bad_request():
        described = runs.run({"Operaton": "internet-routes"})
        cause = described.get("cause") or ""
        holds = (described["status"], described.get("error")) == ("FAILED", "InvalidRequest") and "Operation" in cause
        return holds, f"{described['status']} {described.get('error')}: {cause[:150]}"

    record.check(4, "a bad request", "FAILED InvalidRequest, the cause names field and nearest name", bad_request)

    def nothing_selected():
        described = runs.run({"Accounts": {"Tags": {"first-run": "nobody has this"}}})
        return described.get("error") == "NoTargets", f"{described['status']} {described.get('error')}"

    record.check(4, "a request that selects nobody", "FAILED NoTargets", nothing_selected)

    def resumed():
        if not runs.last:
            raise NotTried("there is no run to resume")
        described = runs.run({"ResumeRun": runs.last})
        if described["status"] == "SUCCEEDED":
            return True, "SUCCEEDED: what had failed was asked once more"
        return described.get("error") == "NoTargets", f"{described['status']} {described.get('error')}"

    record.check(4, "ResumeRun", "NoTargets where nothing is left, else SUCCEEDED", resumed)

    def slow():
        cloud.consent("concurrency")
        worker = outputs["WorkerFunction"]
        cloud.call("lambda", "put_function_concurrency", FunctionName=worker, ReservedConcurrentExecutions=1)
        try:
            output, _ = runs.answer({})
        finally:
            cloud.call("lambda", "delete_function_concurrency", FunctionName=worker)
        return True, f"{output['Status']} with one worker at a time"

    record.check(4, "reserved concurrency 1", "the run waits and ends as before", slow)
    for name in ("a worker killed by memory", "a worker killed by time", "map-results denied"):
        record.check(4, name, "NoOutcome with WorkerCrashed and its cause; alarms and mails", by_hand)


def options(record, cloud, outputs):
    def alarms():
        told = cloud.call("cloudwatch", "describe_alarms", AlarmNamePrefix=cloud.stack)
        names = [alarm["AlarmName"] for alarm in told.get("MetricAlarms", [])]
        if not names:
            raise NotTried("no alarm of the deployment is to be seen here")
        return True, ", ".join(sorted(names))

    record.check(5, "alarms", "the deployment's alarms are there", alarms)

    def subscribers():
        told = cloud.call("sns", "list_subscriptions_by_topic", TopicArn=outputs["NotificationTopicArn"])["Subscriptions"]
        if not told:
            raise NotTried("nobody is subscribed to the topic")
        waiting = sum(one["SubscriptionArn"] == "PendingConfirmation" for one in told)
        return waiting == 0, f"{len(told)} subscriptions, {waiting} not confirmed"

    record.check(5, "notifications", "every subscription is confirmed", subscribers)
    given = cloud.parameters()
    for name, meaning in (("KmsKeyArn", "a customer managed key"), ("ScheduleExpression", "a schedule"), ("Tracing", "X-Ray")):
        def option(value=given.get(name, "")):
            if value in ("", "false", "PassThrough", "Off"):
                raise NotTried("the deployment does not use it")
            return True, str(value)

        record.check(5, f"{name}: {meaning}", "runs work with it", option)
    for name in ("at(...) with dead letters", "Slack", "artifacts over 8 MiB with a second run beside the first"):
        record.check(5, name, "as docs/runbook.md says", by_hand)
