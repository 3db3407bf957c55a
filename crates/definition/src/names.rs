//! Names of AWS's members as column names, and which of them tell rows apart. Nothing is read or checked.

/// A member's name in `snake_case`, as a column has it: `DBInstanceIdentifier` is `db_instance_identifier`.
pub(crate) fn snake(member: &str) -> String {
    // Names that AWS does not write as words.
    let worded = member.replace("IPv", "Ipv").replace("ARNs", "Arns").replace("IDs", "Ids");
    let letters: Vec<char> = worded.chars().collect();
    let mut name = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after_word = before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let word_begins = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let after_acronym = before.is_some_and(char::is_ascii_uppercase) && word_begins;
        if letter.is_ascii_uppercase() && (after_word || after_acronym) {
            name.push('_');
        }
        name.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    name
}

/// What a list's items are called: `Vpc` for `Vpcs`, `Certificate` for `CertificateSummaryList`.
fn noun(list: &str) -> String {
    let ends = ["SummaryList", "Summaries", "Descriptions", "Metadata", "List", "Set"];
    let stripped =
        ends.iter().find_map(|end| list.strip_suffix(end)).filter(|rest| !rest.is_empty());
    if let Some(rest) = stripped {
        return rest.to_ascii_lowercase();
    }
    let lower = list.to_ascii_lowercase();
    let singular = [("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x"), ("s", "")];
    let found =
        singular.iter().find_map(|(end, one)| Some(format!("{}{one}", lower.strip_suffix(end)?)));
    found.unwrap_or(lower)
}

/// Of the `members` of a list's items, the one that tells them apart, as far as names say.
pub(crate) fn identifier<'a>(list: &str, members: &[&'a str]) -> Option<&'a str> {
    let noun = noun(list);
    let shorter = |end: &str| shortened(&noun, end, members);
    let named =
        |wanted: &str| members.iter().find(|member| member.eq_ignore_ascii_case(wanted)).copied();
    let ids = [format!("{noun}id"), format!("{noun}identifier"), "id".to_owned()];
    let arns = [format!("{noun}arn"), "arn".to_owned()];
    let others = [format!("{noun}name"), "name".to_owned()];
    let of = |wanted: &[String]| wanted.iter().find_map(|name| named(name));
    of(&ids)
        .or_else(|| shorter("id"))
        .or_else(|| of(&arns))
        .or_else(|| shorter("arn"))
        .or_else(|| of(&others))
}

/// The member called by the end of `noun` and by `end`: a security group has a `GroupId`.
fn shortened<'a>(noun: &str, end: &str, members: &[&'a str]) -> Option<&'a str> {
    let fits = |member: &&&str| {
        let lower = member.to_ascii_lowercase();
        lower.strip_suffix(end).is_some_and(|stem| !stem.is_empty() && noun.ends_with(stem))
    };
    members.iter().find(fits).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_become_column_names() {
        for (member, name) in [
            ("VpcId", "vpc_id"),
            ("VPCId", "vpc_id"),
            ("DBInstanceIdentifier", "db_instance_identifier"),
            ("logGroupName", "log_group_name"),
            ("Ipv6CidrBlock", "ipv6_cidr_block"),
            ("EnableIPv6", "enable_ipv6"),
            ("ARN", "arn"),
            ("S3BucketName", "s3_bucket_name"),
        ] {
            assert_eq!(snake(member), name);
        }
    }

    #[test]
    fn the_member_that_tells_items_apart_is_found_by_its_name() {
        for (list, members, found) in [
            ("Vpcs", vec!["CidrBlock", "DhcpOptionsId", "VpcId"], Some("VpcId")),
            ("SecurityGroups", vec!["GroupId", "GroupName", "VpcId"], Some("GroupId")),
            (
                "CertificateSummaryList",
                vec!["DomainName", "CertificateArn"],
                Some("CertificateArn"),
            ),
            (
                "DBInstances",
                vec!["DBInstanceClass", "DBInstanceIdentifier"],
                Some("DBInstanceIdentifier"),
            ),
            ("SecretList", vec!["Name", "ARN"], Some("ARN")),
            ("Policies", vec!["PolicyName", "PolicyId"], Some("PolicyId")),
            ("Buckets", vec!["CreationDate", "Name"], Some("Name")),
            ("AccessKeyMetadata", vec!["UserName", "AccessKeyId"], Some("AccessKeyId")),
            ("Regions", vec!["Endpoint", "OptInStatus"], None),
        ] {
            assert_eq!(identifier(list, &members), found, "{list}");
        }
    }
}
