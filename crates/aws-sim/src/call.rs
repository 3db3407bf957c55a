//! A call as plain data: which operation of which service, about which account, in which Region.

/// The services that are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// AWS Account Management, which lists an account's Regions.
    Account,
    /// `CloudFormation`, which operations ask and change stacks by.
    CloudFormation,
    /// AWS Config, which says whether it records.
    Config,
    /// Amazon DynamoDB, which holds the ledger.
    DynamoDb,
    /// Amazon EC2, which the operations ask.
    Ec2,
    /// AWS Organizations, which lists accounts and units.
    Organizations,
    /// Amazon S3, objects and uploads.
    S3,
    /// AWS Security Hub, its standards and controls.
    SecurityHub,
    /// AWS Security Token Service.
    Sts,
    /// AWS Resource Groups Tagging API.
    Tagging,
    /// Amazon Inspector, which scans for vulnerabilities.
    Inspector,
    /// Any service that the simulation keeps no state of and has recorded answers of; its operations
    /// are named with the service, `lambda ListFunctions`. Of EC2 they are EC2's.
    Recorded,
}

/// A call. Faults, latency and quotas are looked up by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Call {
    /// The service that is called.
    pub service: Service,
    /// The operation, such as `DescribeRouteTables`.
    pub operation: String,
    /// The account that the call is about: whose resources are read, whose role is assumed, or whose
    /// ledger partition is written; empty where there is none.
    pub account: String,
    /// The Region that the request was signed for.
    pub region: String,
}
