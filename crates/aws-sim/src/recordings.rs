//! What the simulation answers from recordings: calls of services that it keeps no state of. Where the
//! recordings come from is for whoever gives them.

use crate::call::{Call, Service};
use crate::fault::Fault;
use crate::reply::Reply;
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::services::{Context, Handler, session_policy};
use crate::world::RegionAccess;

/// The answer to one call, as it was recorded.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The service's name in botocore, such as `elbv2`.
    pub service: String,
    /// The operation's name, such as `DescribeLoadBalancers`.
    pub operation: String,
    /// The IAM actions that the call takes, which a session policy must allow, every one.
    pub actions: Vec<String>,
    /// What the service answers.
    pub reply: Reply,
}

/// Recorded answers of services. They come before what the simulation itself would answer.
pub trait Recordings: std::fmt::Debug + Send + Sync {
    /// The answer to a request that is signed for the service of a signing name, such as
    /// `elasticloadbalancing`, in an account and a Region; `None` where nothing is recorded of it.
    fn find(&self, signed_for: &str, target: (&str, &str), request: &Request) -> Option<Recording>;

    /// An error of the service with a name in botocore, in its own protocol; `None` where nothing is
    /// recorded of the service.
    fn refusal(&self, service: &str, status: u16, code: &str, message: &str) -> Option<Reply>;
}

/// The call and handler of a request that recordings answer.
pub(crate) fn route<'a>(
    recordings: &'a dyn Recordings,
    request: &Request,
    signer: &'a Signer,
) -> Option<(Call, Handler<'a>)> {
    let account = signer.account();
    let found = recordings.find(&signer.service, (&account, &signer.region), request)?;
    let Recording { service, operation, actions, reply } = found;
    let received = call(&service, operation, &account, &signer.region);
    let handler: Handler<'a> =
        Box::new(move |context| match refused(context, &account, signer, &actions) {
            None => reply,
            Some(action) => denied(recordings, &service, action),
        });
    Some((received, handler))
}

fn call(service: &str, operation: String, account: &str, region: &str) -> Call {
    let (account, region) = (account.to_owned(), region.to_owned());
    if service == "ec2" {
        return Call { service: Service::Ec2, operation, account, region };
    }
    let operation = format!("{service} {operation}");
    Call { service: Service::Recorded, operation, account, region }
}

/// The action that the session or the account's policies do not allow.
fn refused<'a>(
    context: Context<'_>,
    account: &str,
    signer: &Signer,
    actions: &'a [String],
) -> Option<&'a str> {
    let open = context.world.region_access(account, &signer.region) == RegionAccess::Allowed;
    let missing = |action: &&String| !open || !session_policy::allows(&signer.token, action);
    actions.iter().find(missing).map(String::as_str)
}

fn denied(recordings: &dyn Recordings, service: &str, action: &str) -> Reply {
    let of = if service == "ec2" { Service::Ec2 } else { Service::Recorded };
    let error = Fault::Denied.error(of, action);
    let refusal = error.unwrap_or_else(|| ServiceError::new(403, "AccessDenied", action));
    reply(recordings, service, &refusal)
}

/// An error in the words of the service that `call` is of.
pub(crate) fn error(
    recordings: Option<&dyn Recordings>,
    call: &Call,
    error: &ServiceError,
) -> Reply {
    let of_recorded = recordings.filter(|_| call.service == Service::Recorded);
    match of_recorded.zip(call.operation.split_once(' ')) {
        Some((known, (service, _))) => reply(known, service, error),
        None => error.reply(call.service),
    }
}

fn reply(recordings: &dyn Recordings, service: &str, error: &ServiceError) -> Reply {
    let own = recordings.refusal(service, error.status, error.code, &error.message);
    own.unwrap_or_else(|| error.reply(Service::Recorded))
}
