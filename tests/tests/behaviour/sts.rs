//! AWS STS: sessions of the member role.

use std::time::{Duration, SystemTime};

use org_operator_testkit::TestResult;
use org_operator_tests::backend::{Backend, role_arn};

use super::check::{holds, refused};

const DENIED: &[&str] = &["AccessDenied"];

pub(crate) async fn a_session_acts_in_the_member_account(backend: &Backend) -> TestResult<()> {
    let region = &backend.fixture.region;
    let member = backend.member(region, &["ec2:DescribeRouteTables".to_owned()]).await?;
    let answer = aws_sdk_ec2::Client::new(&member).describe_route_tables().send().await?;
    for route in &backend.fixture.routes {
        let table = route.0[1].as_str();
        let is_there = answer.route_tables().iter().any(|t| t.route_table_id() == Some(table));
        holds(is_there, format!("the member account's {table} is not there"))?;
    }
    Ok(())
}

pub(crate) async fn a_session_lasts_as_long_as_was_asked(backend: &Backend) -> TestResult<()> {
    for seconds in [900, 3_600] {
        let answer = backend.entering().duration_seconds(seconds).send().await?;
        let given = answer.credentials().ok_or("no credentials")?;
        let expiry = SystemTime::try_from(*given.expiration())?;
        let left = expiry.duration_since(SystemTime::now()).unwrap_or_default();
        let asked = Duration::from_secs(u64::try_from(seconds)?);
        let near = left <= asked + Duration::from_secs(5) && left + Duration::from_mins(1) > asked;
        holds(near, format!("asked for {asked:?}, but the session is off by a minute and more"))?;
    }
    Ok(())
}

pub(crate) async fn a_session_of_less_than_15_minutes_is_refused(
    backend: &Backend,
) -> TestResult<()> {
    refused(backend.entering().duration_seconds(899).send().await, &["ValidationError"])
}

pub(crate) async fn a_missing_role_is_denied(backend: &Backend) -> TestResult<()> {
    let arn = role_arn(&backend.fixture.without_role, &backend.fixture.role);
    refused(backend.entering().role_arn(arn).send().await, DENIED)
}

pub(crate) async fn another_role_is_denied(backend: &Backend) -> TestResult<()> {
    let arn = role_arn(&backend.fixture.member, "operation-other");
    refused(backend.entering().role_arn(arn).send().await, DENIED)
}

pub(crate) async fn a_wrong_external_id_is_denied(backend: &Backend) -> TestResult<()> {
    refused(backend.entering().external_id("another-id").send().await, DENIED)
}

pub(crate) async fn an_absent_external_id_is_denied(backend: &Backend) -> TestResult<()> {
    refused(backend.entering().set_external_id(None).send().await, DENIED)
}

pub(crate) async fn a_session_policy_allows_its_actions_only(backend: &Backend) -> TestResult<()> {
    let narrow =
        backend.member(&backend.fixture.region, &["ec2:DescribeAddresses".to_owned()]).await?;
    let ec2 = aws_sdk_ec2::Client::new(&narrow);
    ec2.describe_addresses().send().await?;
    refused(ec2.describe_route_tables().send().await, &["UnauthorizedOperation"])
}
