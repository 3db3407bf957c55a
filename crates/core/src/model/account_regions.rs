//! Which Regions are on in one account, as the account itself says. Asking it is the operations crate's.

use std::collections::BTreeMap;

use crate::model::region::Region;

/// Whether an account has a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionStatus {
    /// Calls in it are answered.
    On,
    /// The account has not opted in.
    Off,
}

/// The Regions of one account with their status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountRegions(BTreeMap<Region, RegionStatus>);

impl AccountRegions {
    /// Reads names and opt-in statuses as `ec2:DescribeRegions` has them: `opt-in-not-required` and
    /// `opted-in` are on, `not-opted-in` is off (EC2 API reference, `Region`). Any other pair says
    /// nothing.
    pub fn read<'a>(listed: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let status = |(name, opt_in)| {
            let status = match opt_in {
                "opt-in-not-required" | "opted-in" => RegionStatus::On,
                "not-opted-in" => RegionStatus::Off,
                _ => return None,
            };
            Some((Region::parse(name)?, status))
        };
        Self(listed.into_iter().filter_map(status).collect())
    }

    /// The status of `region`, or `None` where the account did not name it.
    #[must_use]
    pub fn status(&self, region: &Region) -> Option<RegionStatus> {
        self.0.get(region).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opt_in_statuses_are_read_and_unknown_ones_say_nothing() {
        let listed = [
            ("eu-west-1", "opt-in-not-required"),
            ("eu-south-1", "opted-in"),
            ("me-south-1", "not-opted-in"),
            ("af-south-1", "considering"),
            ("Mars", "opted-in"),
        ];
        let regions = AccountRegions::read(listed);
        let status = |name| regions.status(&Region::parse(name).unwrap());
        assert_eq!(status("eu-west-1"), Some(RegionStatus::On));
        assert_eq!(status("eu-south-1"), Some(RegionStatus::On));
        assert_eq!(status("me-south-1"), Some(RegionStatus::Off));
        assert_eq!((status("af-south-1"), status("ap-east-1")), (None, None));
    }
}
