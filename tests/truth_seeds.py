"""What the catalogue's operations shall find in a member account, and beside it what they shall not.

Each function makes the things of one service and returns the names that calls and truths need. What an emulator cannot make
is in NOT_MADE, with the reason; any other seed that fails is a failure.
"""

import io
import json
import zipfile

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from organization import EXTERNAL_ID, OTHER, REGION, policy
from seeds_ec2 import flow_logs, images, instances, nat, network, peering, second_range, snapshots, transit_gateway

NOT_MADE = {
    ("moto", "apis"): "moto wants a package that tests/requirements-tests.txt leaves out",
    ("moto", "stacks"): "moto wants a package that tests/requirements-tests.txt leaves out",
    ("ministack", "second_range"): "ministack lacks AssociateVpcCidrBlock",
    ("ministack", "images"): "ministack lacks CreateImage",
    ("ministack", "fsx"): "ministack has no FSx",
    ("ministack", "guardduty"): "ministack has no GuardDuty",
    ("ministack", "transit_gateway"): "ministack has no transit gateways",
}
TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
ASSUME = "sts:AssumeRole"
SAML = '<EntityDescriptor entityID="x">' + "m" * 1000 + "</EntityDescriptor>"


def buckets(member, made):
    """A closed bucket, an open one, and one of another Region."""
    s3 = member.filling("s3")
    here = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    for name in ("first", "open"):
        made[f"{name}_bucket"] = bucket = f"{name}-{member.account}"
        s3.create_bucket(Bucket=bucket, **here)
    made["other_bucket"] = f"other-{member.account}"
    member.filling("s3", OTHER).create_bucket(Bucket=made["other_bucket"])
    every = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=made["first_bucket"], PublicAccessBlockConfiguration=every)
    s3.put_bucket_versioning(Bucket=made["first_bucket"], VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=made["first_bucket"], Tagging={"TagSet": [{"Key": "team", "Value": "a"}]})
    s3.put_bucket_tagging(Bucket=made["open_bucket"], Tagging={"TagSet": [{"Key": "Name", "Value": "ü <b>"}]})
    s3.delete_public_access_block(Bucket=made["open_bucket"])
    s3.put_object(Bucket=made["first_bucket"], Key="folder/ä b+c.txt", Body=b"text")
    s3.put_object(Bucket=made["first_bucket"], Key="second", Body=b"")
    anybody = policy("s3:GetObject", f"arn:aws:s3:::{made['open_bucket']}/*", Principal="*")
    s3.put_bucket_policy(Bucket=made["open_bucket"], Policy=anybody)


def identities(member, made):
    """A user with a key, an alias, a SAML provider, and roles: of a stranger, of a service, of the account."""
    iam = member.filling("iam")
    iam.create_account_alias(AccountAlias=f"alias-{member.account}")
    iam.create_user(UserName="somebody")
    iam.create_access_key(UserName="somebody")
    given = {"SAMLMetadataDocument": SAML, "Name": "provider"}
    made["provider"] = iam.create_saml_provider(**given)["SAMLProviderArn"]
    only = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    principals = {"foreign": {"AWS": "arn:aws:iam::999999999999:root"}, "own": {"AWS": f"arn:aws:iam::{member.account}:root"}}
    principals |= {"service": {"Service": "ec2.amazonaws.com"}, "federated": {"Federated": made["provider"]}}
    for name, principal in principals.items():
        more = {"Condition": only} if name == "foreign" else {}
        document = policy(ASSUME, None, Principal=principal, **more)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("lambda_function.py", "def handler(*_): return None")
    return content.getvalue()


def functions(member, made):
    given = {"Role": f"arn:aws:iam::{member.account}:role/service", "Handler": "lambda_function.handler"}
    secret = {"Variables": {"SECRET": "never to be shown"}}
    for name, runtime in (("old", "python3.8"), ("new", "python3.13")):
        code = {"Code": {"ZipFile": archive()}, "Environment": secret}
        member.filling("lambda").create_function(FunctionName=name, Runtime=runtime, **given, **code)


def function_url(member, made):
    member.filling("lambda").create_function_url_config(FunctionName="new", AuthType="NONE")


def balancers(member, made):
    """An internet-facing load balancer with a target group, and an internal one without."""
    elb = member.filling("elbv2")
    both = [made["subnet"], made["subnet_b"]]
    for name, scheme in (("facing", "internet-facing"), ("internal", "internal")):
        created = elb.create_load_balancer(Name=name, Scheme=scheme, Subnets=both, Type="application")
        made[name] = created["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="group", Protocol="HTTP", Port=80, VpcId=made["vpc"])["TargetGroups"][0]
    made["group"] = group["TargetGroupArn"]
    forward = {"DefaultActions": [{"Type": "forward", "TargetGroupArn": made["group"]}]}
    elb.create_listener(LoadBalancerArn=made["facing"], Protocol="HTTP", Port=80, **forward)
    elb.register_targets(TargetGroupArn=made["group"], Targets=[{"Id": made["running"], "Port": 80}])


def apis(member, made):
    client = member.filling("apigateway")
    for name, kind in (("public", "REGIONAL"), ("private", "PRIVATE")):
        client.create_rest_api(name=name, endpointConfiguration={"types": [kind]})
    member.filling("apigatewayv2").create_api(Name="http", ProtocolType="HTTP")


def databases(member, made):
    given = {"Engine": "postgres", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20}
    given |= {"MasterUsername": "master", "MasterUserPassword": "never-to-be-shown"}
    for name, public in (("public", True), ("private", False)):
        member.filling("rds").create_db_instance(DBInstanceIdentifier=name, PubliclyAccessible=public, **given)


def clusters(member, made):
    subnets = {"subnetIds": [made["subnet"], made["subnet_b"]], "endpointPublicAccess": True}
    role = f"arn:aws:iam::{member.account}:role/service"
    member.filling("eks").create_cluster(name="cluster", roleArn=role, resourcesVpcConfig=subnets)


def distributions(member, made):
    cache = {"TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https", "MinTTL": 0}
    cache |= {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
    origin = {"Id": "o", "DomainName": "bucket.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    wanted = {"CallerReference": "1", "Comment": "", "Enabled": True, "DefaultCacheBehavior": cache}
    wanted |= {"Origins": {"Quantity": 1, "Items": [origin]}, "Aliases": {"Quantity": 1, "Items": ["www.example.com"]}}
    made["distribution"] = member.filling("cloudfront", OTHER).create_distribution(DistributionConfig=wanted)[
        "Distribution"]["Id"]


def zones(member, made):
    route53 = member.filling("route53", OTHER)
    comment = {"HostedZoneConfig": {"Comment": "a; b", "PrivateZone": False}}
    made["zone"] = route53.create_hosted_zone(Name="example.com.", CallerReference="1", **comment)["HostedZone"]["Id"]
    inside = {"VPC": {"VPCRegion": REGION, "VPCId": made["vpc"]}}
    private = {"HostedZoneConfig": {"PrivateZone": True}}
    route53.create_hosted_zone(Name="inside.example.", CallerReference="2", **inside, **private)


def inspector(member, made):
    member.filling("inspector2").enable(accountIds=[member.account], resourceTypes=["EC2", "LAMBDA"])


def fsx(member, made):
    client = member.filling("fsx")
    wanted = {"FileSystemType": "LUSTRE", "StorageCapacity": 1200, "SubnetIds": [made["subnet"]]}
    system = client.create_file_system(**wanted)["FileSystem"]["FileSystemId"]
    made["backup"] = client.create_backup(FileSystemId=system)["Backup"]["BackupId"]


def stacks(member, made):
    client = member.filling("cloudformation")
    client.create_stack(StackName="stack", TemplateBody=json.dumps(TEMPLATE), EnableTerminationProtection=True)


def trails(member, made):
    """A trail of every Region, and one whose home is another Region."""
    given = {"S3BucketName": made["first_bucket"]}
    client = member.filling("cloudtrail")
    made["trail"] = client.create_trail(Name="here", IsMultiRegionTrail=True, **given)["TrailARN"]
    client.start_logging(Name=made["trail"])
    there = member.filling("cloudtrail", OTHER)
    there.create_trail(Name="there", S3BucketName=made["other_bucket"], IsMultiRegionTrail=True)


def guardduty(member, made):
    client = member.filling("guardduty")
    made["detector"] = client.create_detector(Enable=True, FindingPublishingFrequency="ONE_HOUR")["DetectorId"]


def certificates(member, made):
    client = member.filling("acm")
    for name, kind in (("rsa", "RSA_2048"), ("curve", "EC_prime256v1")):
        requested = client.request_certificate(DomainName=f"{name}.example.com", KeyAlgorithm=kind)
        made[name] = requested["CertificateArn"]


def recorders(member, made):
    every = {"allSupported": True, "includeGlobalResourceTypes": True}
    recorder = {"name": "default", "roleARN": f"arn:aws:iam::{member.account}:role/service", "recordingGroup": every}
    config = member.filling("config")
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": made["first_bucket"]})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def keys(member, made):
    """A key that is rotated, one that will be deleted, and one for signing."""
    kms = member.filling("kms")
    for name, more in (("rotated", {}), ("pending", {}), ("signing", {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})):
        made[f"{name}_key"] = kms.create_key(Description=name, **more)["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=made["rotated_key"])
    kms.schedule_key_deletion(KeyId=made["pending_key"], PendingWindowInDays=7)


def secrets(member, made):
    client = member.filling("secretsmanager")
    for name in ("kept", "planned"):
        made[f"{name}_secret"] = client.create_secret(Name=name, SecretString="never to be shown")["ARN"]
    client.delete_secret(SecretId="planned", RecoveryWindowInDays=7)


def log_groups(member, made):
    logs = member.filling("logs")
    for name in ("/kept/for/ever", "/kept/a/week"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="/kept/a/week", retentionInDays=7)


def messages(member, made):
    """A queue, a topic, a table and a parameter, for calls of more protocols."""
    sqs = member.filling("sqs")
    made["queue"] = sqs.create_queue(QueueName="queue", Attributes={"DelaySeconds": "5"})["QueueUrl"]
    made["topic"] = member.filling("sns").create_topic(Name="topic")["TopicArn"]
    keys = {"AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}]}
    keys |= {"KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    dynamodb = member.filling("dynamodb")
    dynamodb.create_table(TableName="table", **keys)
    item = {"Id": {"S": "ü"}, "Bytes": {"B": b"\x00\xff"}, "Number": {"N": "1.50"}, "Set": {"SS": ["a"]}}
    dynamodb.put_item(TableName="table", Item=item | {"List": {"L": [{"NULL": True}, {"BOOL": False}]}})
    member.filling("ssm").put_parameter(Name="/a/parameter", Value="a value", Type="String")
    states = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    role = f"arn:aws:iam::{member.account}:role/service"
    machine = member.filling("stepfunctions").create_state_machine(name="machine", definition=json.dumps(states), roleArn=role)
    made["machine"] = machine["stateMachineArn"]


SEEDS = [
    network, second_range, instances, snapshots, images, nat, buckets, flow_logs, peering, transit_gateway, identities,
    functions, function_url,
    balancers, apis, databases, clusters, distributions, zones, inspector, fsx, stacks, trails, guardduty, certificates,
    recorders, keys, secrets, log_groups, messages,
]


def seed(member):
    """The names of what was made, and what went wrong."""
    made, wrong = {"account": member.account}, []
    kind = member.organization.kind
    for make in SEEDS:
        if (kind, make.__name__) in NOT_MADE:
            continue
        try:
            make(member, made)
        except (BotoCoreError, ClientError, KeyError, ResponseParserError) as error:
            wrong.append(f"{kind}: {make.__name__}: {error!r}")
    return made, wrong
