//! `internet-routes` as the run's accounts answer it: outcomes of every kind, and cells that break
//! careless readers. Only the answers are made up; what they become is the worker's doing.

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use org_operator_aws::Member;
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;
use org_operator_core::{AccountId, Error, ErrorKind, RunId};
use org_operator_operations::internet_routes::InternetRoutes;
use org_operator_operations::{Operation, OperationFailure, Rows, Target};
use org_operator_worker::Members;

use super::organization::{FORMULA, QUOTES, REFUSED};

/// The answers of the previous run, or of the run.
pub(super) struct Answers {
    pub(super) previous: bool,
}

fn row(table: &str, destination: &str, origin: &str) -> Vec<String> {
    let subnets = "subnet-1;subnet-2";
    ["vpc-1", table, "false", subnets, destination, "igw-1", "active", origin]
        .map(str::to_owned)
        .to_vec()
}

impl Answers {
    fn rows(&self, target: &Target) -> Result<Rows, CallFailure> {
        match (target.account.as_str(), target.region.as_str()) {
            (FORMULA, "eu-west-1") => Ok(vec![
                row("rtb-1", "0.0.0.0/0", "=cmd|' /C calc'!A0"),
                row("rtb-1", "::/0", "+1"),
                row("rtb-2 # 100 %", "pl-\u{202e}1", "@x\t\u{1}"),
            ]),
            (FORMULA, "af-south-1") => {
                Err(CallFailure::answered("OptInRequired", 401, "You are not subscribed"))
            }
            (FORMULA, "us-east-1") => {
                let message = "You are not authorized to perform this operation.";
                Err(CallFailure::answered("UnauthorizedOperation", 403, message))
            }
            (QUOTES, "eu-west-1") if self.previous => Ok(vec![row("rtb-3", "0.0.0.0/0", "gone")]),
            (QUOTES, "eu-west-1") => Ok(vec![row("rtb-3", "0.0.0.0/0", "a \"b\", c\nd")]),
            (QUOTES, "us-east-1") => {
                let message =
                    "not authorized, \"ever\"\nwith an explicit deny in a service control policy";
                Err(CallFailure::answered("UnauthorizedOperation", 403, message))
            }
            (QUOTES, "af-south-1") => Err(CallFailure::answered(
                "InvalidParameterValue",
                400,
                "<script>alert(2)</script>",
            )),
            _ => Ok(Rows::new()),
        }
    }
}

impl Operation for Answers {
    fn spec(&self) -> &Spec {
        static SAME: InternetRoutes = InternetRoutes;
        SAME.spec()
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { Ok(self.rows(target)?) })
    }

    fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        Box::pin(async { Ok(()) })
    }
}

/// Member accounts that can be entered without AWS, all but one.
pub(super) struct Accounts;

impl Members for Accounts {
    async fn assume(&self, account: &AccountId, _: &RunId, _: &[String]) -> Result<Member, Error> {
        if account.as_str() == REFUSED {
            return Err(Error::new(ErrorKind::AssumeRoleDenied, "AccessDenied: no such role"));
        }
        Ok(Member::new(SdkConfig::builder().build(), "key", "secret", "token"))
    }

    fn evict(&self, _: &AccountId, _: &RunId) {}
}
