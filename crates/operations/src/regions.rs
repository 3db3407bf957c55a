//! Which Regions are on in an account: one call of EC2 with the member role, which needs neither
//! trusted access nor a delegated administrator.

use aws_config::SdkConfig;
use org_operator_aws::call_failure;
use org_operator_core::model::account_regions::AccountRegions;
use org_operator_core::outcome::classification::CallFailure;

/// The regions of the account whose credentials `config` has; the answer is the same whichever
/// Region is asked.
///
/// # Errors
/// The failure of the call.
pub async fn describe(config: &SdkConfig) -> Result<AccountRegions, CallFailure> {
    let request = crate::ec2::client_with(config).describe_regions().all_regions(true);
    let output = request.send().await.map_err(|error| call_failure(&error))?;
    let listed = output.regions().iter();
    Ok(AccountRegions::read(listed.filter_map(|r| r.region_name().zip(r.opt_in_status()))))
}
