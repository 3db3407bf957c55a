//! `example-vpcs`: every VPC, with its CIDR block.

use aws_sdk_ec2::types::Vpc;
use futures_util::future::BoxFuture;
use org_operator_core::model::spec::{Access, Column, Scope, Spec};
use org_operator_core::outcome::classification::CallFailure;

use crate::{Operation, Rows, Target, ec2};

const PROBES: [ec2::Probe; 1] = [ec2::dry_run!("ec2:DescribeVpcs", describe_vpcs)];

const SPEC: Spec = Spec {
    name: "example-vpcs",
    summary: "every VPC",
    scope: Scope::Regional,
    access: Access::ReadOnly,
    actions: &ec2::actions(&PROBES),
    columns: &[
        Column { name: "vpc_id", meaning: "the VPC" },
        Column { name: "cidr_block", meaning: "its primary IPv4 block" },
    ],
    key: &["vpc_id"],
};

/// The operation `example-vpcs`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExampleVpcs;

impl Operation for ExampleVpcs {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>> {
        Box::pin(async move {
            let mut vpcs = ec2::items!(ec2::client(target).describe_vpcs().max_results(1_000));
            let mut rows = Rows::new();
            while let Some(vpc) = ec2::next(&mut vpcs).await? {
                rows.push(row(&vpc));
            }
            Ok(rows)
        })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>> {
        ec2::probe_all(&PROBES, target)
    }
}

fn row(vpc: &Vpc) -> Vec<String> {
    let cells = [vpc.vpc_id(), vpc.cidr_block()];
    cells.map(|cell| cell.unwrap_or_default().to_owned()).to_vec()
}
