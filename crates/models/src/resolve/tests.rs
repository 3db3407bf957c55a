//! Where operations are called, as botocore's resolver said when the models were made.

use std::sync::Arc;

use super::*;
use crate::catalogue::models;

fn all() -> &'static Models {
    models().expect("the models are whole")
}

fn service(name: &str) -> Arc<Service> {
    all().load(name).expect(name)
}

fn endpoint(
    name: &str,
    operation: &str,
    partition: &str,
    region: &str,
) -> Result<Endpoint, EndpointError> {
    all().endpoint(&service(name), operation, partition, region)
}

#[test]
fn a_regional_service_has_a_host_in_each_region() {
    for (name, operation, partition, region, host) in [
        ("ec2", "DescribeVpcs", "aws", "eu-west-1", "ec2.eu-west-1.amazonaws.com"),
        ("ec2", "DescribeVpcs", "aws-cn", "cn-north-1", "ec2.cn-north-1.amazonaws.com.cn"),
        ("s3", "GetBucketAcl", "aws", "us-east-1", "s3.us-east-1.amazonaws.com"),
        // The control plane of another kind of buckets, which no plain bucket's operation goes to.
        (
            "s3",
            "ListDirectoryBuckets",
            "aws",
            "us-east-1",
            "s3express-control.us-east-1.amazonaws.com",
        ),
        ("backupsearch", "ListSearchJobs", "aws", "eu-west-1", "backup-search.eu-west-1.api.aws"),
        (
            "cloudwatch",
            "DescribeAlarms",
            "aws-us-gov",
            "us-gov-west-1",
            "monitoring.us-gov-west-1.amazonaws.com",
        ),
        (
            "arc-region-switch",
            "ListPlansInRegion",
            "aws",
            "eu-west-1",
            "arc-region-switch.eu-west-1.api.aws",
        ),
        ("acm", "ListCertificates", "aws", "eu-west-1", "acm.eu-west-1.amazonaws.com"),
        ("acm", "ListAcmeEndpoints", "aws", "eu-west-1", "acm-acme.eu-west-1.api.aws"),
    ] {
        let found = endpoint(name, operation, partition, region).expect(name);
        assert_eq!(
            (found.host.as_str(), found.signing_region.as_str()),
            (host, region),
            "{name} {operation}"
        );
        assert_eq!(
            all().is_global(&service(name), operation, partition),
            Ok(false),
            "{name} {operation}"
        );
    }
}

#[test]
fn a_global_service_has_one_host_and_a_home_region() {
    for (name, operation, partition, home, host) in [
        ("iam", "ListRoles", "aws", "us-east-1", "iam.amazonaws.com"),
        ("iam", "ListRoles", "aws-cn", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn"),
        ("iam", "ListRoles", "aws-us-gov", "us-gov-west-1", "iam.us-gov.amazonaws.com"),
        ("cloudfront", "ListDistributions", "aws", "us-east-1", "cloudfront.amazonaws.com"),
        (
            "organizations",
            "ListAccounts",
            "aws",
            "us-east-1",
            "organizations.us-east-1.amazonaws.com",
        ),
        (
            "arc-region-switch",
            "ListPlans",
            "aws",
            "us-east-1",
            "arc-region-switch-control-plane.us-east-1.api.aws",
        ),
        (
            "networkmanager",
            "ListCoreNetworks",
            "aws",
            "us-west-2",
            "networkmanager.us-west-2.amazonaws.com",
        ),
        // No rule set says it of these.
        (
            "globalaccelerator",
            "ListAccelerators",
            "aws",
            "us-west-2",
            "globalaccelerator.us-west-2.amazonaws.com",
        ),
        (
            "route53domains",
            "ListDomains",
            "aws",
            "us-east-1",
            "route53domains.us-east-1.amazonaws.com",
        ),
        ("health", "DescribeEvents", "aws", "us-east-1", "health.us-east-1.amazonaws.com"),
        ("cur", "DescribeReportDefinitions", "aws", "us-east-1", "cur.us-east-1.amazonaws.com"),
    ] {
        assert_eq!(
            all().home_region(&service(name), operation, partition),
            Ok(Some(home)),
            "{name}"
        );
        for region in &all().partitions()[partition] {
            let found = endpoint(name, operation, partition, region).expect(name);
            assert_eq!(
                (found.host.as_str(), found.signing_region.as_str()),
                (host, home),
                "{name} for {region}"
            );
            assert_eq!(found.listing, Listing::Listed, "{name} for {region}");
        }
    }
}

#[test]
fn the_list_says_which_regions_have_a_service() {
    for (name, operation, region, listing) in [
        ("ec2", "DescribeVpcs", "eu-west-1", Listing::Listed),
        ("lightsail", "GetInstances", "eu-west-1", Listing::Listed),
        ("lightsail", "GetInstances", "eu-south-1", Listing::NotListed),
        // The list knows no such service, and no such Region.
        ("fis", "ListExperiments", "eu-west-1", Listing::Unknown),
        ("ec2", "DescribeVpcs", "me-west-1", Listing::Unknown),
    ] {
        assert_eq!(
            endpoint(name, operation, "aws", region).expect(name).listing,
            listing,
            "{name} in {region}"
        );
    }
    let elsewhere =
        endpoint("lightsail", "GetInstances", "aws-cn", "cn-north-1").expect("rules have a host");
    assert_eq!(elsewhere.listing, Listing::NotListed);
}

#[test]
fn what_the_models_do_not_know_is_an_error_that_names_their_version() {
    let version = all().version();
    let said = |partition, region| {
        endpoint("ec2", "DescribeVpcs", partition, region).expect_err("unknown").to_string()
    };
    assert_eq!(
        said("aws", "eu-west-9"),
        format!("the models ({version}) know no Region `eu-west-9` in the partition aws")
    );
    assert!(matches!(
        endpoint("ec2", "DescribeVpcs", "aws", "aws-global"),
        Err(EndpointError::UnknownRegion { .. })
    ));
    assert!(matches!(
        endpoint("ec2", "DescribeVpcs", "aws", "cn-north-1"),
        Err(EndpointError::UnknownRegion { .. })
    ));
    assert!(said("aws-mars", "eu-west-1").starts_with(&format!(
        "there is no partition `aws-mars`: the models ({version}) know aws, aws-cn"
    )));
    let absent = endpoint("acm", "ListAcmeEndpoints", "aws-cn", "cn-north-1");
    assert!(matches!(absent, Err(EndpointError::NotInPartition { .. })), "{absent:?}");
}

#[test]
fn every_endpoint_is_a_host_name_signed_for_a_region_of_its_partition() {
    let is_host = |host: &str| {
        let plain = |label: &str| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        host.split('.').count() > 2 && host.split('.').all(plain)
    };
    for service in all().services().map(service) {
        for operation in service.operations.keys() {
            for (partition, regions) in all().partitions() {
                let Ok(_) = all().hosts(&service, operation, partition) else { continue };
                for region in regions {
                    let found = all()
                        .endpoint(&service, operation, partition, region)
                        .expect("its partition has it");
                    assert!(
                        is_host(&found.host),
                        "{} {operation} in {region}: {}",
                        service.name,
                        found.host
                    );
                    assert!(
                        regions.contains(&found.signing_region),
                        "{} in {region}",
                        service.name
                    );
                }
            }
        }
    }
}
