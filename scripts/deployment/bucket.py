"""The bucket that packages and templates go through. Names are the whole world's: the owner of a bucket that is there
already could give CloudFormation other code than ours, so S3 is told whose it must be."""

from deployment import aws
from deployment.inputs import Refused


def ensure(bucket, account):
    """Makes the bucket where it is not there: private, encrypted and without public access is S3's default."""
    try:
        aws.look("s3api", "head-bucket", "--bucket", bucket, "--expected-bucket-owner", account)
    except aws.AwsError as error:
        if error.code == "404":
            aws.change("s3", "mb", f"s3://{bucket}")
        elif error.code == "403":
            raise Refused(
                [f"s3://{bucket} is not a bucket of account {account}, or you may not read it; choose another name"]
            ) from error
        else:
            raise Refused([f"s3://{bucket}: {error}"]) from error


def put(bucket, account, key, file):
    aws.change(
        "s3api", "put-object", "--bucket", bucket, "--key", key, "--body", str(file),
        "--expected-bucket-owner", account, "--query", "ETag", "--output", "text",
    )  # fmt: skip


def keys(bucket, account, prefix):
    """The objects under the prefix."""
    listed = aws.look("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", f"{prefix}/", "--expected-bucket-owner", account)
    return {one["Key"] for one in listed.get("Contents", [])}
