//! What a run of `cloudformation-stack` sets: the stack, its template, and what may happen to it.

use std::collections::BTreeMap;

use org_operator_core::model::spec::Parameter;
use serde_json::{Map, Value, json};

use crate::given::{Wrong, pair, parameter, scalar};

pub(super) const STACK_NAME: &str = "StackName";
const TEMPLATE_URL: &str = "TemplateUrl";
const TEMPLATE_BODY: &str = "TemplateBody";
const STACK_PARAMETERS: &str = "StackParameters";
const CAPABILITIES: &str = "Capabilities";
pub(super) const SERVICE_ROLE: &str = "ServiceRole";
const ALLOW_REPLACEMENT: &str = "AllowReplacement";
const NAMES: [&str; 7] = [
    STACK_NAME,
    TEMPLATE_URL,
    TEMPLATE_BODY,
    STACK_PARAMETERS,
    CAPABILITIES,
    SERVICE_ROLE,
    ALLOW_REPLACEMENT,
];

/// The capabilities that `CloudFormation` knows (API reference, `CreateChangeSet`).
const CAPABILITY_NAMES: [&str; 3] =
    ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];
/// The longest template that a request may carry, in bytes (API reference, `CreateChangeSet`).
pub(super) const LONGEST_BODY: usize = 51_200;
/// What the names of the stacks of stack sets begin with: `CloudFormation` manages those.
pub(super) const STACK_SET: &str = "StackSet-";

/// The parameters as they are declared.
pub(super) fn declared() -> Vec<Parameter> {
    let url = "where the template is: the https URL of an object of S3 that every account may read";
    let body = "the template itself, in place of TemplateUrl; at most 51,200 bytes";
    let parameters = "the template's parameters, each NAME=VALUE; one that the stack has and that is \
                      not named keeps its value";
    let role = "the role of each account that CloudFormation makes the changes with";
    let replace = "whether resources that hold data may be replaced or removed";
    let capabilities = Parameter {
        allowed: CAPABILITY_NAMES.map(Value::from).to_vec(),
        ..parameter(
            CAPABILITIES,
            "what the template is allowed to contain",
            "list",
            Some(json!([])),
        )
    };
    vec![
        parameter(STACK_NAME, "the name of the stack", "text", None),
        parameter(TEMPLATE_URL, url, "text", Some(json!(""))),
        parameter(TEMPLATE_BODY, body, "text", Some(json!(""))),
        parameter(STACK_PARAMETERS, parameters, "list", Some(json!([]))),
        capabilities,
        parameter(SERVICE_ROLE, role, "text", None),
        parameter(ALLOW_REPLACEMENT, replace, "boolean", Some(json!(false))),
    ]
}

/// Where a template is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Template {
    /// An object of S3, by its URL.
    Url(String),
    /// The text itself.
    Body(String),
}

impl Template {
    /// The member of a request, and its value.
    pub(super) fn member(&self) -> (&'static str, &str) {
        match self {
            Self::Url(url) => ("TemplateURL", url),
            Self::Body(body) => ("TemplateBody", body),
        }
    }
}

/// What is wanted, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The stack's name.
    pub(super) stack: String,
    /// The template that it is to have.
    pub(super) template: Template,
    /// Parameters of the template that are set.
    pub(super) parameters: BTreeMap<String, String>,
    /// What the template may contain.
    pub(super) capabilities: Vec<String>,
    /// The name of the role that `CloudFormation` assumes, with its path.
    pub(super) service_role: String,
    /// Whether resources that hold data may be replaced or removed.
    pub(super) allow_replacement: bool,
}

impl Wanted {
    /// Reads what a run sets; an empty text is not set.
    ///
    /// # Errors
    /// Every parameter that is unknown, wrong or missing.
    pub(super) fn of(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut wrong = Wrong::default();
        wrong.unknown(given, &NAMES);
        let is_set = |value: &Value| !value.is_null() && value.as_str() != Some("");
        let set = given.iter().filter(|(_, value)| is_set(value));
        let set: Map<String, Value> = set.map(|(n, value)| (n.clone(), value.clone())).collect();
        let wanted = Self {
            stack: wrong.read(&set, STACK_NAME, None, STACK_NAME_ALLOWED, stack_name),
            template: template(&set, &mut wrong),
            parameters: wrong.read(
                &set,
                STACK_PARAMETERS,
                Some(BTreeMap::new()),
                PARAMETERS_ALLOWED,
                pairs,
            ),
            capabilities: wrong.read(
                &set,
                CAPABILITIES,
                Some(Vec::new()),
                CAPABILITIES_ALLOWED,
                capabilities,
            ),
            service_role: wrong.read(&set, SERVICE_ROLE, None, ROLE_ALLOWED, role_name),
            allow_replacement: wrong.read(
                &set,
                ALLOW_REPLACEMENT,
                Some(false),
                "true, false",
                Value::as_bool,
            ),
        };
        wrong.or(wanted)
    }
}

fn template(set: &Map<String, Value>, wrong: &mut Wrong) -> Template {
    match (set.contains_key(TEMPLATE_URL), set.contains_key(TEMPLATE_BODY)) {
        (true, false) => Template::Url(wrong.read(set, TEMPLATE_URL, None, URL_ALLOWED, url)),
        (false, true) => Template::Body(wrong.read(set, TEMPLATE_BODY, None, BODY_ALLOWED, body)),
        (both, _) => {
            let came = if both { "TemplateBody, too" } else { "nothing" };
            wrong.say(TEMPLATE_URL, came, "either TemplateUrl or TemplateBody");
            Template::Url(String::new())
        }
    }
}

const STACK_NAME_ALLOWED: &str = "a text of at most 128 letters, digits and hyphens that begins with a \
                                  letter, and not with StackSet-";
const ROLE_ALLOWED: &str = "the name of a role, with its path where it has one, such as deployer";
const URL_ALLOWED: &str = "a text that begins with https://";
const BODY_ALLOWED: &str = "a template of at most 51,200 bytes";
const PARAMETERS_ALLOWED: &str = "NAME=VALUE, a list of such, or an object";
const CAPABILITIES_ALLOWED: &str =
    "a list of CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND";

fn stack_name(value: &Value) -> Option<String> {
    let name = value.as_str()?;
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let fits = begins && plain && name.len() <= 128 && !name.starts_with(STACK_SET);
    fits.then(|| name.to_owned())
}

fn role_name(value: &Value) -> Option<String> {
    let name = value.as_str()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "+=,.@_/-".contains(c);
    let is_name = !name.starts_with('/') && !name.ends_with('/') && name.len() <= 512;
    (is_name && name.chars().all(plain)).then(|| name.to_owned())
}

fn url(value: &Value) -> Option<String> {
    value.as_str().filter(|url| url.starts_with("https://")).map(str::to_owned)
}

/// A template that was given as a JSON object is one, too: the command reads such a text as JSON.
fn body(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => value.to_string(),
        _ => return None,
    };
    (text.len() <= LONGEST_BODY).then_some(text)
}

fn pairs(value: &Value) -> Option<BTreeMap<String, String>> {
    match value {
        Value::String(text) => pair(text).map(|pair| BTreeMap::from([pair])),
        Value::Array(texts) => texts.iter().map(|text| pair(text.as_str()?)).collect(),
        Value::Object(members) => {
            let text = |(name, value): (&String, &Value)| Some((name.clone(), scalar(value)?));
            members.iter().map(text).collect()
        }
        _ => None,
    }
}

fn capabilities(value: &Value) -> Option<Vec<String>> {
    let known = |text: &str| {
        let name = text.trim();
        CAPABILITY_NAMES.contains(&name).then(|| name.to_owned())
    };
    match value {
        Value::String(text) => text.split(',').map(known).collect(),
        Value::Array(texts) => texts.iter().map(|text| known(text.as_str()?)).collect(),
        _ => None,
    }
}
