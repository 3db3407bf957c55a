//! AWS STS (query): sessions of the member role, with the policy that narrows them.

use serde_json::Value;

use super::{Answer, Said, account_of, call};
use crate::simulation::call::{Call, Request, Service, Signer, form};
use crate::simulation::faults::{Fault, ServiceError, xml};
use crate::simulation::handle::Simulation;
use crate::simulation::world::{EXTERNAL_ID, Entry, ROLE};

type Form = std::collections::BTreeMap<String, String>;

pub(crate) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Answer<'a>) {
    let form = form(&request.body);
    let operation = form.get("Action").cloned().unwrap_or_default();
    let role = form.get("RoleArn").and_then(|arn| arn.split(':').nth(4));
    let account = role.map_or_else(|| account_of(&signer.key), str::to_owned);
    let call = call(Service::Sts, &operation, &account, signer);
    let answer: Answer<'a> = Box::new(move |simulation, _| {
        let said = match operation.as_str() {
            "AssumeRole" => assume(simulation, &account, &form),
            "GetCallerIdentity" => Ok(identity(&account)),
            _ => Err(ServiceError::new(400, "InvalidAction", operation)),
        };
        said.map_or_else(|error| error.reply(Service::Sts), |body| xml(200, body))
    });
    (call, answer)
}

fn identity(account: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{account}:user/simulated</Arn><UserId>SIMULATED</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    )
}

fn assume(simulation: &Simulation, account: &str, form: &Form) -> Said<String> {
    let lasts = lasts(form)?;
    allow(simulation, account, form)?;
    let number = simulation.session();
    let token = format!("{number}/{}", actions(form));
    // The expiry is by the clock of the machine, as the SDK and the product read it.
    let later = std::time::SystemTime::now() + lasts;
    let expiry = aws_sdk_sts::primitives::DateTime::from(later);
    let format = aws_sdk_sts::primitives::DateTimeFormat::DateTime;
    let expiry = expiry.fmt(format).unwrap_or_default();
    let session = form.get("RoleSessionName").map_or("", String::as_str);
    Ok(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser>\
         <AssumedRoleId>AROASIMULATED:{session}</AssumedRoleId><Arn>arn:aws:sts::{account}:assumed-role/{ROLE}/{session}\
         </Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>secret-of-session-{number}\
         </SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{expiry}</Expiration></Credentials>\
         </AssumeRoleResult><ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></AssumeRoleResponse>"
    ))
}

/// From 15 minutes to the one hour that a chained role's session may last; one hour where it is
/// absent (STS API reference, `AssumeRole`).
fn lasts(form: &Form) -> Said<std::time::Duration> {
    let seconds = form.get("DurationSeconds").map_or(Ok(3_600), |text| text.parse());
    let seconds = seconds.ok().filter(|seconds| (900..=3_600).contains(seconds));
    let text = "The requested DurationSeconds must be from 900 to 3600 for a chained role";
    let invalid = || ServiceError::new(400, "ValidationError", text);
    seconds.map(std::time::Duration::from_secs).ok_or_else(invalid)
}

/// A missing role, another one and a wrong external id look the same.
fn allow(simulation: &Simulation, account: &str, form: &Form) -> Said<()> {
    let arn = form.get("RoleArn").map_or("", String::as_str);
    let world = &simulation.world;
    let entry = world.number(account).map(|number| world.accounts[number].entry);
    let refused = || {
        let text = format!(
            "User: arn:aws:sts::{}:assumed-role/worker/simulated is not authorized to perform: \
             sts:AssumeRole on resource: {arn}",
            world.management()
        );
        ServiceError::new(403, "AccessDenied", text)
    };
    let fits = arn.ends_with(&format!(":role/{ROLE}"))
        && form.get("ExternalId").is_some_and(|id| id == EXTERNAL_ID);
    match entry {
        Some(Entry::Open) if fits => Ok(()),
        Some(Entry::Policy) => {
            let error = Fault::DeniedByPolicy.error(Service::Sts, "sts:AssumeRole");
            Err(error.unwrap_or_else(refused))
        }
        _ => Err(refused()),
    }
}

/// The actions that the session policy allows, or `*` where there is none.
fn actions(form: &Form) -> String {
    let Some(policy) = form.get("Policy") else { return "*".to_owned() };
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let actions = policy["Statement"][0]["Action"].as_array().cloned().unwrap_or_default();
    actions.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
}

/// Whether the session of `token` allows `action`.
pub(crate) fn allows(token: &str, action: &str) -> bool {
    let Some((_, actions)) = token.split_once('/') else { return true };
    actions == "*" || actions.split(',').any(|allowed| allowed == action)
}
