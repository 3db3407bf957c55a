//! `DescribeRegions`: the Regions of the calling account with their opt-in status; those that are off
//! only where all are asked for.

use super::query::Form;
use crate::oracle;
use crate::world::{DEFAULT_REGIONS, World};

const OFF: &str = "not-opted-in";

pub(super) fn describe(world: &World, account: &str, form: &Form) -> String {
    let all = form.get("AllRegions").is_some_and(|all| all == "true");
    let names = world.shape.regions.iter().map(|region| (region, status(world, account, region)));
    let listed = names.filter(|(_, status)| all || *status != OFF);
    let items: String = listed.map(|(region, status)| item(region, status)).collect();
    format!("<regionInfo>{items}</regionInfo>")
}

fn status(world: &World, account: &str, region: &str) -> &'static str {
    match oracle::is_enabled(world, account, region) {
        true if DEFAULT_REGIONS.contains(&region) => "opt-in-not-required",
        true => "opted-in",
        false => OFF,
    }
}

fn item(region: &str, status: &str) -> String {
    format!(
        "<item><regionName>{region}</regionName><regionEndpoint>ec2.{region}.amazonaws.com\
         </regionEndpoint><optInStatus>{status}</optInStatus></item>"
    )
}
