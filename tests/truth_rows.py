"""What boto3 says that an operation's rows are, per target. Each function reads the answers in its own words, none of them
the operation files' paths, and has the operation's name. Those of EC2 are in truth_ec2.py.
"""

import csv
import json

from organization import EXTERNAL_ID, OTHER, REGION
from truth_ec2 import pages


def lambda_functions(member):
    for item in pages(member.client("lambda"), "list_functions", "Functions"):
        deprecated = {"python3.8": "2024-10-14"}.get(item["Runtime"])
        yield {
            "function": item["FunctionName"], "runtime": item["Runtime"], "deprecated_since": deprecated,
            "package": item["PackageType"], "memory_mb": item["MemorySize"], "role_arn": item["Role"],
            "modified": item["LastModified"],
        }


def cloudfront_distributions(member):
    listed = member.client("cloudfront", OTHER).list_distributions()["DistributionList"]
    for item in listed.get("Items", []):
        yield {
            "distribution_id": item["Id"], "domain": item["DomainName"], "aliases": item["Aliases"].get("Items", []),
            "origins": [origin["DomainName"] for origin in item["Origins"]["Items"]], "enabled": item["Enabled"],
            "price_class": item.get("PriceClass"), "modified": item["LastModifiedTime"],
            "viewer_protocol": item["DefaultCacheBehavior"]["ViewerProtocolPolicy"],
        }


def public_endpoints(member):
    for item in pages(member.client("elbv2"), "describe_load_balancers", "LoadBalancers"):
        if item["Scheme"] != "internal":
            yield endpoint("alb", item["LoadBalancerArn"], item["DNSName"], item["VpcId"], item["CreatedTime"])
    for item in pages(member.client("apigateway"), "get_rest_apis", "items"):
        if item["endpointConfiguration"]["types"] != ["PRIVATE"]:
            where = f"{item['id']}.execute-api.{REGION}.amazonaws.com"
            yield endpoint("rest-api", item["id"], where, None, item["createdDate"])
    for item in pages(member.client("apigatewayv2"), "get_apis", "Items"):
        yield endpoint("http-api", item["ApiId"], item["ApiEndpoint"], None, item["CreatedDate"])
    for item in pages(member.client("rds"), "describe_db_instances", "DBInstances"):
        if item["PubliclyAccessible"]:
            vpc, created = item["DBSubnetGroup"].get("VpcId"), item["InstanceCreateTime"]
            where = item["Endpoint"]
            row = endpoint("rds", item["DBInstanceIdentifier"], where["Address"], vpc, created)
            yield row | {"port": where["Port"]}
    yield from function_urls(member)
    for name in pages(member.client("eks"), "list_clusters", "clusters"):
        item = member.client("eks").describe_cluster(name=name)["cluster"]
        vpc = item["resourcesVpcConfig"]
        if vpc["endpointPublicAccess"]:
            yield endpoint("eks", item["arn"], item["endpoint"], vpc.get("vpcId"), item["createdAt"])


def function_urls(member):
    client = member.client("lambda")
    for function in pages(client, "list_functions", "Functions"):
        name = function["FunctionName"]
        for item in pages(client, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name):
            row = endpoint("function-url", item["FunctionArn"], item["FunctionUrl"], None, item["CreationTime"])
            yield row | {"authentication": item["AuthType"]}


def endpoint(kind, identity, name, vpc, created):
    nothing = dict.fromkeys(("port", "authentication"))
    return {"kind": kind, "id": identity, "endpoint": name, "vpc_id": vpc, "created": created} | nothing


def account_summary(member):
    iam = member.client("iam", OTHER)
    counted = iam.get_account_summary()["SummaryMap"]
    aliases = pages(iam, "list_account_aliases", "AccountAliases")
    yield {
        "alias": aliases[0] if aliases else None, "users": counted["Users"], "roles": counted["Roles"],
        "root_mfa": counted["AccountMFAEnabled"], "root_access_keys": counted["AccountAccessKeysPresent"],
        "policies": counted["Policies"], "mfa_devices_in_use": counted["MFADevicesInUse"],
    }


def inspector_status(member):
    account = member.client("inspector2").batch_get_account_status(accountIds=[member.account])["accounts"][0]
    for kind, state in account["resourceState"].items():
        yield {"scan_type": kind, "status": state["status"], "account_status": account["state"]["status"]}


def missing_tags(member):
    listed = pages(member.client("resourcegroupstaggingapi"), "get_resources", "ResourceTagMappingList")
    for item in listed:
        tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
        if "team" not in tags:
            pairs = [f"{key}={value}" for key, value in tags.items()]
            yield {"arn": item["ResourceARN"], "missing_keys": "team", "tags": pairs}


def s3_buckets(member):
    s3 = member.client("s3")
    for item in s3.list_buckets()["Buckets"]:
        name = item["Name"]
        if s3.get_bucket_location(Bucket=name)["LocationConstraint"] != REGION:
            continue
        blocked = answer(s3.get_public_access_block, name).get("PublicAccessBlockConfiguration", {})
        status = answer(s3.get_bucket_policy_status, name).get("PolicyStatus", {})
        yield {
            "bucket": name, "created": item["CreationDate"], "block_public_acls": blocked.get("BlockPublicAcls", False),
            "ignore_public_acls": blocked.get("IgnorePublicAcls", False),
            "block_public_policy": blocked.get("BlockPublicPolicy", False),
            "restrict_public_buckets": blocked.get("RestrictPublicBuckets", False),
            "policy_is_public": status.get("IsPublic", False), "versioning": s3.get_bucket_versioning(Bucket=name).get("Status"),
        }


def answer(call, bucket):
    try:
        return call(Bucket=bucket)
    except Exception as error:
        if error.response["Error"]["Code"] not in ("NoSuchPublicAccessBlockConfiguration", "NoSuchBucketPolicy"):
            raise
        return {}


def fsx_backups(member):
    for item in pages(member.client("fsx"), "describe_backups", "Backups"):
        system = item.get("FileSystem", {})
        yield {
            "backup_id": item["BackupId"], "type": item.get("Type"), "lifecycle": item["Lifecycle"],
            "created": item["CreationTime"], "file_system_id": system.get("FileSystemId"), "age_days": 0,
            "file_system_type": system.get("FileSystemType"), "capacity_gib": system.get("StorageCapacity"),
        }


def rds_instances(member):
    for item in pages(member.client("rds"), "describe_db_instances", "DBInstances"):
        yield {
            "db_instance": item["DBInstanceIdentifier"], "engine": item["Engine"], "class": item["DBInstanceClass"],
            "engine_version": item["EngineVersion"], "status": item["DBInstanceStatus"], "multi_az": item["MultiAZ"],
            "publicly_accessible": item["PubliclyAccessible"], "encrypted": item["StorageEncrypted"],
            "backup_days": item["BackupRetentionPeriod"],
        }


def iam_role_trusts(member):
    for item in pages(member.client("iam", OTHER), "list_roles", "Roles"):
        statement = item["AssumeRolePolicyDocument"]["Statement"][0]
        principal = statement["Principal"]
        accounts = [arn for arn in [principal.get("AWS", "")] if arn and member.account not in arn]
        if accounts or "Federated" in principal:
            yield {
                "role_arn": item["Arn"], "created": item["CreateDate"], "principals": list(principal.values()),
                "foreign_accounts": [arn.split(":")[4] for arn in accounts], "federated": principal.get("Federated"),
                "has_external_id": EXTERNAL_ID in json.dumps(statement.get("Condition", {})),
            }


def cloudformation_stacks(member):
    for item in pages(member.client("cloudformation"), "describe_stacks", "Stacks"):
        yield {
            "stack": item["StackName"], "stack_id": item["StackId"], "status": item["StackStatus"],
            "created": item["CreationTime"], "protected": item.get("EnableTerminationProtection"),
        }


def iam_credential_report(member):
    iam = member.client("iam", OTHER)
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    for line in csv.DictReader(iam.get_credential_report()["Content"].decode().splitlines()):
        yield {
            "user": line["user"], "arn": line["arn"], "password_enabled": line["password_enabled"],
            "mfa_active": line["mfa_active"], "key_1_active": line["access_key_1_active"],
            "key_1_rotated": line["access_key_1_last_rotated"], "key_2_active": line["access_key_2_active"],
        }


def cloudtrail_trails(member):
    client = member.client("cloudtrail")
    for item in client.describe_trails()["trailList"]:
        if item["HomeRegion"] == REGION:
            status = client.get_trail_status(Name=item["TrailARN"])
            yield {
                "trail_arn": item["TrailARN"], "multi_region": item["IsMultiRegionTrail"],
                "organization_trail": item["IsOrganizationTrail"], "bucket": item["S3BucketName"],
                "validation": item["LogFileValidationEnabled"], "logging": status["IsLogging"],
            }


def guardduty_detectors(member):
    client = member.client("guardduty")
    found = pages(client, "list_detectors", "DetectorIds")
    for identity in found:
        item = client.get_detector(DetectorId=identity)
        yield {
            "detector_id": identity, "status": item["Status"], "frequency": item["FindingPublishingFrequency"],
            "created": item["CreatedAt"],
        }
    if not found:
        yield {"detector_id": None, "status": "NOT_ENABLED"}


def acm_certificates(member):
    client = member.client("acm")
    kinds = {"keyTypes": ["RSA_2048", "EC_prime256v1"]}
    for item in pages(client, "list_certificates", "CertificateSummaryList", Includes=kinds):
        whole = client.describe_certificate(CertificateArn=item["CertificateArn"])["Certificate"]
        yield {"certificate_arn": whole["CertificateArn"], "domain": whole["DomainName"], "status": item.get("Status")}


def config_recorders(member):
    client = member.client("config")
    found = client.describe_configuration_recorders()["ConfigurationRecorders"]
    states = {item["name"]: item for item in client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]}
    for item in found:
        yield {
            "recorder": item["name"], "recording": states[item["name"]]["recording"], "role_arn": item["roleARN"],
            "all_supported": item["recordingGroup"]["allSupported"],
            "global_types": item["recordingGroup"]["includeGlobalResourceTypes"],
        }
    if not found:
        yield {"recorder": None, "recording": False}


def kms_keys(member):
    client = member.client("kms")
    for key in pages(client, "list_keys", "Keys"):
        item = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if item["KeyManager"] == "CUSTOMER":
            symmetric = item["KeySpec"] == "SYMMETRIC_DEFAULT"
            rotated = client.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] if symmetric else None
            yield {
                "key_id": item["KeyId"], "state": item["KeyState"], "spec": item["KeySpec"], "usage": item.get("KeyUsage"),
                "origin": item["Origin"], "created": item["CreationDate"], "deletion": item.get("DeletionDate"),
                "rotation": rotated, "description": item["Description"],
            }


def hosted_zones(member):
    for item in pages(member.client("route53", OTHER), "list_hosted_zones", "HostedZones"):
        config = item["Config"]
        yield {
            "zone_id": item["Id"].removeprefix("/hostedzone/"), "name": item["Name"], "private": config["PrivateZone"],
            "records": item["ResourceRecordSetCount"], "comment": config.get("Comment"),
        }


def idle_load_balancers(member):
    elb = member.client("elbv2")
    for item in pages(elb, "describe_load_balancers", "LoadBalancers"):
        arn = item["LoadBalancerArn"]
        groups = [group for group in elb.describe_target_groups()["TargetGroups"] if arn in group["LoadBalancerArns"]]
        states = [health["TargetHealth"]["State"] for group in groups for health in elb.describe_target_health(
            TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]]
        if "healthy" not in states:
            yield {
                "load_balancer_arn": arn, "name": item["LoadBalancerName"], "scheme": item["Scheme"], "type": item["Type"],
                "target_groups": len(groups), "targets": len(states), "healthy_targets": 0,
            }


def saml_providers(member):
    for item in member.client("iam", OTHER).list_saml_providers()["SAMLProviderList"]:
        yield {"provider_arn": item["Arn"], "valid_until": item.get("ValidUntil"), "created": item["CreateDate"]}


def secrets(member):
    for item in pages(member.client("secretsmanager"), "list_secrets", "SecretList", IncludePlannedDeletion=True):
        yield {"secret_arn": item["ARN"], "name": item["Name"], "deletion": item.get("DeletedDate")}


def log_groups_without_retention(member):
    for item in pages(member.client("logs"), "describe_log_groups", "logGroups"):
        if "retentionInDays" not in item:
            yield {"log_group": item["logGroupName"], "stored_bytes": item["storedBytes"], "created": item["creationTime"]}
