//! An organization, made in an emulator through AWS Organizations' own API.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{OrganizationFeatureSet, Tag};
use org_operator_testkit::TestResult;

use super::Kind;
use super::fixture::Place;

/// Active member accounts, and one that is closed.
const MEMBERS: usize = 7;
const NAMES: [&str; 3] = ["Payments, Production", "東京 分析", "=HYPERLINK(\"x\")"];

/// The organization and its member accounts in the order in which they were made; the last one is
/// closed.
pub(super) async fn make(
    kind: Kind,
    config: &SdkConfig,
    management: &str,
) -> TestResult<(Place, Vec<String>)> {
    let client = Client::new(config);
    // ministack has one from its start, and cannot make another.
    if kind == Kind::Moto {
        client.create_organization().feature_set(OrganizationFeatureSet::All).send().await?;
    }
    let roots = client.list_roots().send().await?;
    let root = roots.roots().first().and_then(|root| root.id()).ok_or("no root")?.to_owned();
    let mut place = Place {
        active: BTreeSet::from([management.to_owned()]),
        inactive: BTreeSet::new(),
        units: BTreeMap::new(),
        members: BTreeMap::from([(root.clone(), BTreeSet::from([management.to_owned()]))]),
        tags: BTreeMap::new(),
        root,
    };
    let units = make_units(&client, &mut place).await?;
    let mut accounts = Vec::new();
    for number in 0..=MEMBERS {
        let id = make_account(&client, &place.root, number, &units[number % units.len()]).await?;
        place.members.entry(units[number % units.len()].clone()).or_default().insert(id.clone());
        place.active.insert(id.clone());
        accounts.push(id);
    }
    tag(&client, &mut place, &accounts[0]).await?;
    close(&client, &mut place, &accounts[MEMBERS]).await?;
    Ok((place, accounts))
}

/// Three units below the root, and two below the first of them.
async fn make_units(client: &Client, place: &mut Place) -> TestResult<Vec<String>> {
    let mut units = Vec::new();
    for number in 0..5 {
        let parent = if number < 3 { place.root.clone() } else { String::clone(&units[0]) };
        let create = client.create_organizational_unit().parent_id(&parent);
        let made = create.name(format!("Unit {number}")).send().await?;
        let id = made.organizational_unit().and_then(|unit| unit.id()).ok_or("no unit")?.to_owned();
        place.units.entry(parent).or_default().insert(id.clone());
        place.units.insert(id.clone(), BTreeSet::new());
        place.members.insert(id.clone(), BTreeSet::new());
        units.push(id);
    }
    Ok(units)
}

async fn make_account(
    client: &Client,
    root: &str,
    number: usize,
    unit: &str,
) -> TestResult<String> {
    let name = format!("{} {number}", NAMES[number % NAMES.len()]);
    let email = format!("account{number}@example.com");
    let made = client.create_account().account_name(name).email(email).send().await?;
    let status = made.create_account_status().and_then(|status| status.account_id());
    let id = status.ok_or("the account was not made at once")?.to_owned();
    let moving = client.move_account().account_id(&id).source_parent_id(root);
    moving.destination_parent_id(unit).send().await?;
    Ok(id)
}

async fn tag(client: &Client, place: &mut Place, account: &str) -> TestResult<()> {
    let tags = BTreeMap::from([("team", "payments"), ("Kosten stelle", "=1+1")]);
    for (key, value) in &tags {
        let tag = Tag::builder().key(*key).value(*value).build()?;
        client.tag_resource().resource_id(account).tags(tag).send().await?;
    }
    let tags = tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    place.tags.insert(account.to_owned(), tags.collect());
    Ok(())
}

async fn close(client: &Client, place: &mut Place, account: &str) -> TestResult<()> {
    client.close_account().account_id(account).send().await?;
    place.active.remove(account);
    place.inactive.insert(account.to_owned());
    Ok(())
}
