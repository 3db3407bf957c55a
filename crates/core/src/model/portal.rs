//! The address of an access portal of IAM Identity Center, through which the report's links open in
//! the right account. The links themselves are the page's.

/// The longest address that is taken.
const MAX_CHARS: usize = 200;

/// The address of an access portal, such as `https://example.awsapps.com/start`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalUrl(String);

impl PortalUrl {
    /// What an address may be, for people.
    pub const ALLOWED: &'static str =
        "an address of at most 200 characters such as https://example.awsapps.com/start";

    /// The address `text`, without a slash at its end; `None` where it is none. It becomes a link of a
    /// page, so it is of `https` and has no query.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let address = text.trim_end_matches('/');
        let rest = address.strip_prefix("https://")?;
        let host = rest.split('/').next().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
        let is_right = host.contains('.') && rest.chars().all(is_plain);
        (is_right && text.len() <= MAX_CHARS).then(|| Self(address.to_owned()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_is_an_https_address_without_a_query() {
        for right in [
            "https://example.awsapps.com/start",
            "https://d-1234567890.awsapps.com/start/",
            "https://ssoins-12345678.portal.us-east-1.app.aws",
            "https://start.us-gov-home.awsapps.com/directory/example",
        ] {
            let portal = PortalUrl::parse(right).map(|portal| portal.as_str().to_owned());
            assert_eq!(portal.as_deref(), Some(right.trim_end_matches('/')));
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_CHARS));
        for wrong in [
            "",
            "javascript:alert(1)",
            "http://a.b/start",
            "https://",
            "https://a.b/#x",
            "https://a.b/\"",
            &long,
        ] {
            assert_eq!(PortalUrl::parse(wrong), None, "{wrong}");
        }
    }
}
