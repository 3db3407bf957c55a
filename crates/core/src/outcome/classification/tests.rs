//! The table of codes, texts and statuses, each with the kind it must become.

use super::*;

fn failure(code: &str, status: u16, message: &str) -> CallFailure {
    let code = (!code.is_empty()).then(|| code.to_owned());
    CallFailure { code, ..CallFailure::answered("", status, message) }
}

fn resolved(call: Call, failure: &CallFailure, succeeded: bool, region: &str) -> ErrorKind {
    let siblings = SiblingRegions { succeeded, refused: false };
    classify(call, failure).resolve(siblings, &Region::parse(region).unwrap()).kind()
}

fn operation(code: &str, status: u16, message: &str) -> ErrorKind {
    resolved(Call::Operation, &failure(code, status, message), false, "af-south-1")
}

#[test]
fn every_throttling_code_and_a_bare_429_are_throttled() {
    for code in codes::THROTTLED {
        assert_eq!(operation(code, 400, "Rate exceeded"), ErrorKind::Throttled, "{code}");
    }
    assert_eq!(operation("RequestLimitExceeded", 503, ""), ErrorKind::Throttled);
    assert_eq!(operation("", 429, "slow down"), ErrorKind::Throttled);
}

#[test]
fn expired_credentials_and_service_failures_are_transient() {
    let expired =
        ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];
    for code in expired.iter().chain(codes::SERVICE_FAILED) {
        assert_eq!(operation(code, 400, ""), ErrorKind::Transient, "{code}");
    }
    assert_eq!(operation("", 503, ""), ErrorKind::Transient);
    assert_eq!(operation("Whatever", 500, ""), ErrorKind::Transient);
    assert_eq!(operation("", 200, "unexpected end of stream"), ErrorKind::Transient);
    let reset = CallFailure::no_answer("connection reset");
    assert_eq!(resolved(Call::Own, &reset, false, "eu-west-1"), ErrorKind::Transient);
}

#[test]
fn a_refused_assume_role_is_assume_role_denied_whatever_the_text() {
    let sts = |code, message| {
        resolved(Call::AssumeRole, &failure(code, 403, message), false, "eu-west-1")
    };
    let plain = "User: arn:aws:sts::1:assumed-role/w/x is not authorized to perform: sts:AssumeRole \
                 on resource: arn:aws:iam::2:role/operation-readonly";
    let old = format!("{plain} with an explicit deny in a service control policy");
    let new = format!("{old}: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b");
    assert_eq!(sts("AccessDenied", plain), ErrorKind::AssumeRoleDenied);
    // The policy binds the caller: one on the operation account would skip the whole organization.
    assert_eq!(sts("AccessDenied", &old), ErrorKind::AssumeRoleDenied);
    assert_eq!(sts("AccessDenied", &new), ErrorKind::AssumeRoleDenied);
    assert_eq!(sts("RegionDisabledException", ""), ErrorKind::AssumeRoleDenied);
    assert_eq!(sts("InvalidClientTokenId", ""), ErrorKind::AssumeRoleDenied);
    assert_eq!(sts("MalformedPolicyDocument", ""), ErrorKind::OperationFailed);
}

#[test]
fn a_policys_denial_is_distinguished_from_other_denials() {
    let missing = "You are not authorized to perform this operation. User: arn:aws:sts::1:x is not \
                   authorized to perform: ec2:DescribeRouteTables because no identity-based policy \
                   allows the ec2:DescribeRouteTables action";
    let scp = "User: x is not authorized to perform: ec2:DescribeRouteTables with an explicit deny \
               in a service control policy";
    let unlisted = "User: x is not authorized to perform: ec2:DescribeRouteTables because no service \
                    control policy allows the ec2:DescribeRouteTables action";
    let identity = "User: x is not authorized to perform: ec2:DescribeRouteTables with an explicit \
                    deny in an identity-based policy";
    for code in ["UnauthorizedOperation", "AccessDeniedException", "AccessDenied"] {
        assert_eq!(operation(code, 403, missing), ErrorKind::AccessDenied, "{code}");
        assert_eq!(operation(code, 403, identity), ErrorKind::AccessDenied, "{code}");
        assert_eq!(operation(code, 403, scp), ErrorKind::DeniedByPolicy, "{code}");
        assert_eq!(operation(code, 403, unlisted), ErrorKind::DeniedByPolicy, "{code}");
    }
    assert_eq!(operation("", 403, "Forbidden"), ErrorKind::AccessDenied);
}

#[test]
fn a_refusal_without_an_identity_names_role_and_actions() {
    let role = "arn:aws:iam::111111111111:role/operation-readonly";
    let named = |text: &str| {
        let finding = classify(Call::Operation, &failure("UnauthorizedOperation", 403, text));
        let finding = finding.naming(role, &["ec2:DescribeRouteTables".to_owned()]);
        let elsewhere = SiblingRegions { succeeded: true, refused: false };
        let kind = finding.clone().resolve(elsewhere, &Region::parse("eu-west-1").unwrap()).kind();
        (kind, finding.certainly().message().to_owned())
    };
    let blob = format!("{} Encoded authorization failure message: AAAA", codes::SHORT_REFUSAL);
    for text in [codes::SHORT_REFUSAL, &blob] {
        let (kind, message) = named(text);
        // Its doubt stays: it is a policy's beside a success.
        assert_eq!(kind, ErrorKind::DeniedByPolicy);
        assert!(message.ends_with(&format!("({role} needs ec2:DescribeRouteTables)")), "{message}");
    }
    let whole = "User: arn:aws:sts::1:assumed-role/operation-readonly/s is not authorized to perform: ec2:X";
    assert!(named(whole).1.ends_with("perform: ec2:X"));
    let other = classify(Call::Operation, &failure("InvalidParameterValue", 400, "no"));
    assert_eq!(other.clone().naming(role, &["ec2:X".to_owned()]), other);
}

#[test]
fn the_short_refusal_is_a_policys_only_beside_a_success() {
    let short = failure("UnauthorizedOperation", 403, codes::SHORT_REFUSAL);
    assert_eq!(resolved(Call::Operation, &short, false, "eu-west-1"), ErrorKind::AccessDenied);
    assert_eq!(resolved(Call::Operation, &short, true, "eu-west-1"), ErrorKind::DeniedByPolicy);
    let said = format!(
        "{} User: x because no identity-based policy allows the action",
        codes::SHORT_REFUSAL
    );
    let explained = failure("UnauthorizedOperation", 403, &said);
    assert_eq!(resolved(Call::Operation, &explained, true, "eu-west-1"), ErrorKind::AccessDenied);
}

#[test]
fn a_disabled_region_is_recognized_in_every_protocol() {
    for (code, status) in [
        ("AuthFailure", 401),
        ("InvalidClientTokenId", 403),
        ("UnrecognizedClientException", 400),
        ("OptInRequired", 401),
    ] {
        assert_eq!(operation(code, status, ""), ErrorKind::RegionDisabled, "{code}");
    }
}

#[test]
fn refused_credentials_in_an_always_on_region_are_access_denied() {
    let refused = failure("AuthFailure", 401, "");
    let kind = |elsewhere, region| resolved(Call::Operation, &refused, elsewhere, region);
    assert_eq!(kind(false, "eu-west-1"), ErrorKind::AccessDenied);
    assert_eq!(kind(true, "eu-west-1"), ErrorKind::AccessDenied);
    assert_eq!(kind(false, "me-south-1"), ErrorKind::RegionDisabled);
}

#[test]
fn a_region_that_cannot_be_disabled_is_never_skipped() {
    // EC2 says so of an account that is not activated yet, in every Region.
    let pending = failure("OptInRequired", 401, "You are not subscribed to this service");
    assert_eq!(resolved(Call::Operation, &pending, false, "us-east-1"), ErrorKind::AccessDenied);
    assert_eq!(resolved(Call::Operation, &pending, false, "me-south-1"), ErrorKind::RegionDisabled);
}

#[test]
fn credentials_refused_by_an_always_on_region_are_bad_everywhere() {
    let not_taken = failure("AuthFailure", 401, "");
    let (always_on, optional) =
        (Region::parse("eu-west-1").unwrap(), Region::parse("me-south-1").unwrap());
    let finding = || classify(Call::Operation, &not_taken);
    assert!(finding().refuses_credentials(&always_on) && !finding().refuses_credentials(&optional));
    let kind = |succeeded, refused| {
        finding().resolve(SiblingRegions { succeeded, refused }, &optional).kind()
    };
    assert_eq!(kind(false, true), ErrorKind::AccessDenied);
    assert_eq!(kind(true, true), ErrorKind::RegionDisabled);
}

#[test]
fn refusals_of_our_own_calls_are_access_denied() {
    for code in codes::REGION_DISABLED.iter().chain(codes::REFUSED) {
        let refused = failure(code, 403, "explicit deny in a service control policy");
        assert_eq!(resolved(Call::Own, &refused, true, "eu-west-1"), ErrorKind::AccessDenied);
    }
}

#[test]
fn any_other_answer_is_operation_failed_with_code_and_message() {
    let finding = classify(Call::Operation, &failure("InvalidParameterValue", 400, "bad"));
    let error = finding.resolve(SiblingRegions::default(), &Region::parse("eu-west-1").unwrap());
    assert_eq!(error.kind(), ErrorKind::OperationFailed);
    assert_eq!(error.message(), "InvalidParameterValue: bad");
}

#[test]
fn our_own_calls_report_bad_credentials_as_data() {
    let problem = |call, code| match classify(call, &failure(code, 403, "x")).certainly().detail() {
        Some(Detail::Credentials(problem)) => Some(*problem),
        _ => None,
    };
    assert_eq!(problem(Call::Own, "ExpiredTokenException"), Some(CredentialsProblem::Expired));
    assert_eq!(problem(Call::Own, "InvalidClientTokenId"), Some(CredentialsProblem::Rejected));
    assert_eq!(problem(Call::Own, "AccessDenied"), None);
    // It may only mean that the Region is disabled.
    assert_eq!(problem(Call::Operation, "InvalidClientTokenId"), None);
    let unsigned = CallFailure {
        credentials: Some(CredentialsProblem::SsoSessionEnded),
        ..CallFailure::no_answer("dispatch failure")
    };
    let error = classify(Call::Own, &unsigned).certainly();
    let detail = Detail::Credentials(CredentialsProblem::SsoSessionEnded);
    assert_eq!((error.kind(), error.detail()), (ErrorKind::Transient, Some(&detail)));
}
