//! AWS STS (query): sessions of the member role.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::handler::{Context, Handler, ServiceResult, call};
use super::session_policy;
use crate::call::{Call, Service};
use crate::fault::Fault;
use crate::oracle::is_enabled;
use crate::reply::Reply;
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::world::{ADMIN_ROLE, EXTERNAL_ID, MEMBER_ROLE, RoleTrust, World};

type Form = BTreeMap<String, String>;

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let form = request.form();
    let operation = form.get("Action").cloned().unwrap_or_default();
    let role = form.get("RoleArn").and_then(|arn| arn.split(':').nth(4));
    let account = role.map_or_else(|| signer.account(), str::to_owned);
    let received = call(Service::Sts, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let result = match operation.as_str() {
            "AssumeRole" => region_of_sts(context.world, &account, &signer.region)
                .and_then(|()| assume_role(context, &account, &form, is_global(request))),
            "GetCallerIdentity" => Ok(caller_identity(&account)),
            _ => Err(ServiceError::new(400, "InvalidAction", operation)),
        };
        result.map_or_else(|error| error.reply(Service::Sts), |body| Reply::xml(200, &body))
    });
    (received, handler)
}

fn caller_identity(account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{account}:user/simulated</Arn><UserId>SIMULATED</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    )
}

/// STS in an opt-in Region knows only the accounts that have this Region on (IAM user guide, "Manage
/// AWS STS in an AWS Region").
fn region_of_sts(world: &World, account: &str, region: &str) -> ServiceResult<()> {
    if is_enabled(world, account, region) {
        return Ok(());
    }
    let text = "The security token included in the request is invalid";
    Err(ServiceError::new(403, "InvalidClientTokenId", text))
}

/// Whether the request went to the global endpoint, whose tokens no opt-in Region accepts.
fn is_global(request: &Request) -> bool {
    request.header("host") == "sts.amazonaws.com"
}

fn assume_role(
    context: Context<'_>,
    account: &str,
    form: &Form,
    global: bool,
) -> ServiceResult<String> {
    let duration = duration(form)?;
    check_trust(context.world, account, form)?;
    let number = context.stores.sessions.issue();
    let token = session_policy::token(number, form.get("Policy").map(String::as_str), global);
    // The expiry is by the clock of the machine, as the SDK and the product read it.
    let expiry = DateTime::from(SystemTime::now() + duration);
    let expiry_text = expiry.fmt(Format::DateTime).unwrap_or_default();
    let session = form.get("RoleSessionName").map_or("", String::as_str);
    Ok(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser>\
         <AssumedRoleId>AROASIMULATED:{session}</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/{MEMBER_ROLE}/{session}\
         </Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>secret-of-session-{number}\
         </SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{expiry_text}</Expiration></Credentials>\
         </AssumeRoleResult><ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></AssumeRoleResponse>"
    ))
}

/// From 15 minutes to the one hour that a chained role's session may last; one hour where it is
/// absent (STS API reference, `AssumeRole`).
fn duration(form: &Form) -> ServiceResult<Duration> {
    let requested = form.get("DurationSeconds").map_or(Ok(3_600), |text| text.parse());
    let seconds = requested.ok().filter(|seconds| (900..=3_600).contains(seconds));
    let text = "The requested DurationSeconds must be from 900 to 3600 for a chained role";
    let invalid = || ServiceError::new(400, "ValidationError", text);
    seconds.map(Duration::from_secs).ok_or_else(invalid)
}

/// A missing role, another one and a wrong external id are refused alike.
fn check_trust(world: &World, account: &str, form: &Form) -> ServiceResult<()> {
    let arn = form.get("RoleArn").map_or("", String::as_str);
    let refused = || {
        let text = format!(
            "User: arn:aws:sts::{}:assumed-role/worker/simulated is not authorized to perform: \
             sts:AssumeRole on resource: {arn}",
            world.management()
        );
        ServiceError::new(403, "AccessDenied", text)
    };
    let role = arn.rsplit(":role/").next().unwrap_or_default();
    let fits = [MEMBER_ROLE, ADMIN_ROLE].contains(&role)
        && form.get("ExternalId").is_some_and(|id| id == EXTERNAL_ID);
    match world.account(account).map(|account| account.trust) {
        Some(RoleTrust::Granted) if fits => Ok(()),
        Some(RoleTrust::DeniedByPolicy) => {
            let error = Fault::DeniedByPolicy.error(Service::Sts, "sts:AssumeRole");
            Err(error.unwrap_or_else(refused))
        }
        _ => Err(refused()),
    }
}
