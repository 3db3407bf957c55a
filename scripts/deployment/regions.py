"""What a Region's name says: its partition, the names of its hosts, and whether every account has it."""

# Partitions by how their Regions' names begin, and the end of the names of their hosts (botocore's partitions.json; a test
# holds them to it).
PARTITIONS = {
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
}
# The Regions of the aws partition that no account can switch off: those opened before 2019-03-20, so there will be no more
# (AWS Account Management guide, "Enable or disable AWS Regions"). tests/tests/drift.rs holds them to the functions' own.
ALWAYS_ON = {
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "eu-central-1", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1",
    "ap-southeast-2",
}  # fmt: skip


def partition_and_suffix(region):
    found = [value for prefix, value in PARTITIONS.items() if region.startswith(prefix)]
    return found[0] if found else ("aws", "amazonaws.com")


def partition(region):
    return partition_and_suffix(region)[0]


def is_opt_in(region):
    """Whether an account may have the Region off. The other partitions have no such Regions."""
    return partition(region) == "aws" and region not in ALWAYS_ON


def object_address(bucket, key, region, endpoint=""):
    """The https address of an S3 object, or its address at an endpoint of one's own, such as an emulator's."""
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}/{key}"
    return f"https://{bucket}.s3.{region}.{partition_and_suffix(region)[1]}/{key}"
