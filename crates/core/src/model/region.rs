//! Regions and the partitions they belong to.
//!
//! The table is data of botocore's `partitions.json` (read 2026-11-22). A Region that AWS opens
//! later can be used before this table knows it by naming it in `TARGET_REGIONS`.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::input::violation::Expected;
use crate::model::id::text_id;

/// A Region's name, such as `eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
// A name that is known takes no memory of its own: a large run has millions of targets.
pub struct Region(Cow<'static, str>);

impl Region {
    /// What a Region's name looks like, for messages.
    pub const ALLOWED: &'static str = "a Region such as `eu-west-1`, as a string";

    /// What stands in the place of a Region for an operation that runs once per account.
    #[must_use]
    pub const fn global() -> Self {
        Self(Cow::Borrowed(GLOBAL))
    }

    /// Whether this is [`Region::global`], which no service has an endpoint in.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.0 == GLOBAL
    }

    /// The Region, or [`Region::global`], or `None` where `text` has not the form of a Region's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == GLOBAL {
            return Some(Self::global());
        }
        if let Some(name) = KNOWN.iter().find(|name| **name == text) {
            return Some(Self(Cow::Borrowed(name)));
        }
        let parts: Vec<&str> = text.split('-').collect();
        let (number, words) = parts.split_last()?;
        let word = |w: &&str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let valid = text.len() <= 32 && digits && words.len() >= 2 && words.iter().all(word);
        valid.then(|| Self(Cow::Owned(text.to_owned())))
    }

    /// The Region's name, as in `eu-west-1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Regions that every account of `partition` has; none where that is not known.
    #[must_use]
    pub fn always_on(partition: Partition) -> Vec<Self> {
        let of_partition = |region: &Self| region.partition() == partition;
        ALWAYS_ON.iter().filter_map(|name| Self::parse(name)).filter(of_partition).collect()
    }

    /// The partition this Region is in, by AWS's own patterns of names.
    #[must_use]
    pub fn partition(&self) -> Partition {
        let prefixes = [
            ("us-gov-", Partition::UsGov),
            ("cn-", Partition::China),
            ("eusc-", Partition::EuropeanSovereign),
            ("us-isob-", Partition::IsoB),
            ("us-isof-", Partition::IsoF),
            ("eu-isoe-", Partition::IsoE),
            ("us-iso-", Partition::Iso),
        ];
        let found = prefixes.iter().find(|(prefix, _)| self.0.starts_with(prefix));
        found.map_or(Partition::Commercial, |(_, partition)| *partition)
    }

    /// Whether every account has this Region, always: the Regions opened before 2019-03-20 cannot
    /// be switched off (AWS Account Management guide, "Enable or disable AWS Regions").
    #[must_use]
    pub fn is_always_on(&self) -> bool {
        let is_known_on = self.is_global() || ALWAYS_ON.contains(&self.as_str());
        is_known_on || self.partition() != Partition::Commercial
    }
}

text_id!(Region);

/// A group of Regions with its own accounts, endpoints and ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Partition {
    /// `aws`: the commercial Regions.
    Commercial,
    /// `aws-us-gov`: AWS `GovCloud` (US).
    UsGov,
    /// `aws-cn`: the Regions in China.
    China,
    /// `aws-eusc`: the AWS European Sovereign Cloud.
    EuropeanSovereign,
    /// `aws-iso`: the isolated Regions of the US, Top Secret.
    Iso,
    /// `aws-iso-b`: the isolated Regions of the US, Secret.
    IsoB,
    /// `aws-iso-e`: the isolated Regions in Europe.
    IsoE,
    /// `aws-iso-f`: the isolated Regions in the US, apart from the other two.
    IsoF,
}

impl Partition {
    /// The second part of an ARN in this partition.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::UsGov => "aws-us-gov",
            Self::China => "aws-cn",
            Self::EuropeanSovereign => "aws-eusc",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }

    /// The Region that the partition's global services are signed for (botocore's `endpoints.json`,
    /// the credential scope of the partition's pseudo Region).
    #[must_use]
    pub fn global_region(self) -> Region {
        Region(Cow::Borrowed(match self {
            Self::Commercial => "us-east-1",
            Self::UsGov => "us-gov-west-1",
            Self::China => "cn-north-1",
            Self::EuropeanSovereign => "eusc-de-east-1",
            Self::Iso => "us-iso-east-1",
            Self::IsoB => "us-isob-east-1",
            Self::IsoE => "eu-isoe-west-1",
            Self::IsoF => "us-isof-south-1",
        }))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Checks that a run at `home`, configured for `configured`, can cover `region`.
///
/// # Errors
/// What is allowed in its place: a Region of the partition, or a known one with the nearest name.
pub fn known(region: &Region, home: &Region, configured: &[Region]) -> Result<(), Expected> {
    let partition = home.partition();
    if region.is_global() || region.partition() != partition {
        return Err(format!("a Region of the partition {partition}, where this runs").into());
    }
    if KNOWN.contains(&region.as_str()) || configured.contains(region) {
        return Ok(());
    }
    let text = "a Region of AWS or one named in TARGET_REGIONS";
    Err(Expected::name(text, region.as_str(), KNOWN.iter().copied()))
}

/// What stands in the place of a Region for an operation that runs once per account.
const GLOBAL: &str = "global";

const ALWAYS_ON: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
];

const KNOWN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "cn-north-1",
    "cn-northwest-1",
    "eusc-de-east-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "eu-isoe-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::parse(name).unwrap()
    }

    #[test]
    fn every_known_region_has_a_valid_form_and_its_partition() {
        for name in KNOWN {
            assert!(Region::parse(name).is_some(), "{name}");
        }
        let partition = |name| region(name).partition().as_str();
        assert_eq!(partition("eu-west-1"), "aws");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("eusc-de-east-1"), "aws-eusc");
        assert_eq!(partition("us-isob-east-1"), "aws-iso-b");
    }

    #[test]
    fn a_mistyped_region_is_refused_with_the_nearest_name() {
        let home = region("eu-west-1");
        let refused = known(&region("eu-wst-1"), &home, &[]).unwrap_err().to_string();
        assert!(refused.contains("nearest: `eu-west-1`"), "{refused}");
        let other = known(&region("us-gov-west-1"), &home, &[]).unwrap_err().to_string();
        assert!(other.contains("partition aws,"), "{other}");
        assert_eq!(known(&region("xx-new-9"), &home, &[region("xx-new-9")]), Ok(()));
    }

    #[test]
    fn global_is_no_region_that_a_request_can_name() {
        let global = region("global");
        assert!(global.is_global() && global.is_always_on());
        assert!(known(&global, &region("eu-west-1"), std::slice::from_ref(&global)).is_err());
        for name in KNOWN {
            let partition = region(name).partition();
            assert_eq!(partition.global_region().partition(), partition, "{name}");
        }
    }

    #[test]
    fn what_has_not_the_form_is_no_region() {
        for wrong in ["", "eu", "EU-WEST-1", "eu-west-", "eu--1", "1-2-3", "eu-west-1#x", "Global"]
        {
            assert!(Region::parse(wrong).is_none(), "{wrong}");
        }
    }
}
