//! `example-vpcs`: every VPC, with its CIDR block.

use std::sync::LazyLock;

use aws_sdk_ec2::types::Vpc;
use futures_util::future::BoxFuture;
use org_operator_core::model::spec::Spec;

use crate::{Operation, OperationFailure, Rows, Target, ec2};

const PROBES: [ec2::Probe; 1] = [ec2::dry_run!("ec2:DescribeVpcs", describe_vpcs)];

const COLUMNS: &[(&str, &str)] = &[("vpc_id", "the VPC"), ("cidr_block", "its primary IPv4 block")];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    Spec::read_only("example-vpcs", "every VPC", ec2::actions(&PROBES))
        .with_columns(COLUMNS, &["vpc_id"])
});

/// The operation `example-vpcs`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExampleVpcs;

impl Operation for ExampleVpcs {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move {
            let mut vpcs =
                ec2::items!(ec2::client(target).describe_vpcs().max_results(1_000), vpcs);
            let mut rows = Rows::new();
            while let Some(vpc) = vpcs.next().await? {
                rows.push(row(&vpc));
            }
            Ok(rows)
        })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        ec2::probe_all(&PROBES, target)
    }
}

fn row(vpc: &Vpc) -> Vec<String> {
    let cells = [vpc.vpc_id(), vpc.cidr_block()];
    cells.map(|cell| cell.unwrap_or_default().to_owned()).to_vec()
}
