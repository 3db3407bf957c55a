//! The words of a plan's rows, `tag SERVICE` and `untag SERVICE`, and the IAM actions that each needs:
//! the tagging API calls the service with the caller's rights.

use std::collections::BTreeSet;

use org_operator_changes::SKIP;

use super::calls::{READ, TAG, UNTAG};

/// Whether a row sets its tag or takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Tag,
    Untag,
}

impl Verb {
    /// The verb and the service of a row's word; `None` where it is no such word.
    pub(super) fn of(word: &str) -> Option<(Self, &str)> {
        let (verb, service) = word.split_once(' ')?;
        // A plan is a file: what stands in it must not widen the session's policy.
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_service = !service.is_empty() && service.chars().all(is_name);
        match verb {
            "tag" if is_service => Some((Self::Tag, service)),
            "untag" if is_service => Some((Self::Untag, service)),
            _ => None,
        }
    }

    /// The word of a row about a resource of `service`.
    pub(super) fn word(self, service: &str) -> String {
        match self {
            Self::Tag => format!("tag {service}"),
            Self::Untag => format!("untag {service}"),
        }
    }
}

/// Services whose actions are not called `TagResource` and `UntagResource`: what tagging takes, and what
/// taking a tag away does (AWS's service authorization reference, 2026-10-24).
const OWN: [(&str, &[&str], &[&str]); 22] = [
    ("acm", &["AddTagsToCertificate"], &["RemoveTagsFromCertificate"]),
    ("apigateway", &["POST", "PUT"], &["DELETE"]),
    ("cloudformation", &["TagResource", "UpdateStack"], &["UntagResource", "UpdateStack"]),
    ("cloudtrail", &["AddTags"], &["RemoveTags"]),
    ("dms", &["AddTagsToResource"], &["RemoveTagsFromResource"]),
    ("ds", &["AddTagsToResource"], &["RemoveTagsFromResource"]),
    ("ec2", &["CreateTags"], &["DeleteTags"]),
    ("elasticache", &["AddTagsToResource"], &["RemoveTagsFromResource"]),
    (
        "elasticbeanstalk",
        &["AddTags", "UpdateTagsForResource"],
        &["RemoveTags", "UpdateTagsForResource"],
    ),
    ("elasticloadbalancing", &["AddTags"], &["RemoveTags"]),
    ("elasticmapreduce", &["AddTags"], &["RemoveTags"]),
    ("es", &["AddTags"], &["RemoveTags"]),
    ("firehose", &["TagDeliveryStream"], &["UntagDeliveryStream"]),
    ("kinesis", &["AddTagsToStream", "TagResource"], &["RemoveTagsFromStream", "UntagResource"]),
    ("logs", &["TagLogGroup", "TagResource"], &["UntagLogGroup", "UntagResource"]),
    ("rds", &["AddTagsToResource"], &["RemoveTagsFromResource"]),
    ("redshift", &["CreateTags"], &["DeleteTags"]),
    ("route53", &["ChangeTagsForResource"], &["ChangeTagsForResource"]),
    // Putting tags replaces all of a bucket's: the tagging API reads them first.
    ("s3", &["GetBucketTagging", "PutBucketTagging"], &["GetBucketTagging", "PutBucketTagging"]),
    ("sagemaker", &["AddTags"], &["DeleteTags"]),
    ("sqs", &["TagQueue"], &["UntagQueue"]),
    ("ssm", &["AddTagsToResource"], &["RemoveTagsFromResource"]),
];

/// The actions for reading rows again and for `words`; `None` where one of the words is unknown.
pub(super) fn actions(words: &BTreeSet<&str>) -> Option<Vec<String>> {
    let mut found = BTreeSet::from([READ.to_owned()]);
    for word in words.iter().filter(|word| **word != SKIP) {
        let (verb, service) = Verb::of(word)?;
        found.insert(if verb == Verb::Tag { TAG } else { UNTAG }.to_owned());
        found.extend(of_service(verb, service).iter().map(|name| format!("{service}:{name}")));
    }
    Some(found.into_iter().collect())
}

/// The service's own actions: those that it says, or the usual ones.
fn of_service(verb: Verb, service: &str) -> &'static [&'static str] {
    let own = OWN.iter().find(|(name, ..)| *name == service);
    match (verb, own) {
        (Verb::Tag, Some((_, tag, _))) => tag,
        (Verb::Untag, Some((.., untag))) => untag,
        (Verb::Tag, None) => &["TagResource"],
        (Verb::Untag, None) => &["UntagResource"],
    }
}

#[cfg(test)]
mod tests {
    use org_operator_core::model::session;

    use super::*;

    #[test]
    fn words_name_the_actions_of_their_service() {
        let words = BTreeSet::from(["skip", "tag ec2", "untag s3", "tag lambda"]);
        let expected = [
            "ec2:CreateTags",
            "lambda:TagResource",
            "s3:GetBucketTagging",
            "s3:PutBucketTagging",
            "tag:GetResources",
            "tag:TagResources",
            "tag:UntagResources",
        ];
        assert_eq!(actions(&words).unwrap(), expected);
    }

    #[test]
    fn a_word_that_is_none_or_would_widen_the_policy_is_refused() {
        for word in ["tag", "tag ", "tag *", "tag EC2", "tag ec2:*", "close", "untag a b", ""] {
            assert_eq!(actions(&BTreeSet::from([word])), None, "{word}");
        }
    }

    #[test]
    fn the_words_for_a_role_are_known_and_name_every_own_service() {
        let words: BTreeSet<&str> = super::super::WORDS.iter().copied().collect();
        assert!(super::super::WORDS.is_sorted() && words.len() == super::super::WORDS.len());
        assert!(actions(&words).is_some_and(|all| all.iter().all(|one| !one.contains('*'))));
        for (service, ..) in OWN {
            let tags_only = !["apigateway", "cloudformation"].contains(&service);
            for verb in [Verb::Tag, Verb::Untag] {
                assert_eq!(words.contains(verb.word(service).as_str()), tags_only, "{service}");
            }
        }
    }

    #[test]
    fn the_actions_of_every_named_service_fit_one_session_policy() {
        for verb in [Verb::Tag, Verb::Untag] {
            let words: Vec<String> = OWN.iter().map(|(service, ..)| verb.word(service)).collect();
            let all = actions(&words.iter().map(String::as_str).collect()).unwrap();
            // The size of a session policy as text (STS API reference, AssumeRole).
            assert!(session::policy(&all).len() <= 2_048, "{}", session::policy(&all).len());
        }
    }
}
