//! The services: which call a request is, and what answers it where nothing goes wrong. One file per
//! service; what they share stands in `handler`.

mod account;
mod cloudformation;
mod dynamodb;
mod ec2;
mod handler;
mod inspector;
mod organizations;
mod s3;
mod securityhub;
pub(crate) mod session_policy;
mod sts;
mod tagging;

pub(crate) use handler::{Context, Handler};

use crate::call::Call;
use crate::request::{Request, Signer};

/// The call that `request` is, with its handler, or nothing where the service is not simulated.
pub(crate) fn route<'a>(request: &'a Request, signer: &'a Signer) -> Option<(Call, Handler<'a>)> {
    match signer.service.as_str() {
        "organizations" => Some(organizations::route(request, signer)),
        "config" => Some(securityhub::recorder(request, signer)),
        "securityhub" => Some(securityhub::route(request, signer)),
        "cloudformation" => Some(cloudformation::route(request, signer)),
        "account" => Some(account::route(request, signer)),
        "sts" => Some(sts::route(request, signer)),
        "ec2" => Some(ec2::route(request, signer)),
        "dynamodb" => Some(dynamodb::route(request, signer)),
        "s3" => Some(s3::route(request, signer)),
        "inspector2" => Some(inspector::route(request, signer)),
        "tagging" => Some(tagging::route(request, signer)),
        _ => None,
    }
}
