//! AWS Account Management: which Regions are on in an account.

use aws_sdk_account::Client;
use aws_sdk_account::types::RegionOptStatus::{self, Disabled, Enabled, EnabledByDefault};
use org_operator_testkit::TestResult;
use org_operator_tests::backend::Backend;

use super::check::{all, equal, holds, paged, pages};

type Regions = Vec<(String, RegionOptStatus)>;

async fn page(
    backend: &Backend,
    only: Option<&[RegionOptStatus]>,
    size: Option<i32>,
    token: Option<String>,
) -> TestResult<(Regions, Option<String>)> {
    let list = Client::new(&backend.operation).list_regions().account_id(&backend.fixture.member);
    let list = list.set_region_opt_status_contains(only.map(<[_]>::to_vec));
    let answer = list.set_max_results(size).set_next_token(token).send().await?;
    let regions = answer.regions().iter();
    let regions = regions.filter_map(|region| {
        Some((region.region_name()?.to_owned(), region.region_opt_status()?.clone()))
    });
    Ok((regions.collect(), answer.next_token().map(str::to_owned)))
}

async fn regions(backend: &Backend, only: Option<&[RegionOptStatus]>) -> TestResult<Regions> {
    all(async |token| page(backend, only, Some(50), token).await).await
}

fn status(regions: &Regions, name: &str) -> Option<RegionOptStatus> {
    regions.iter().find(|(region, _)| region == name).map(|(_, status)| status.clone())
}

pub(crate) async fn regions_have_their_status(backend: &Backend) -> TestResult<()> {
    let found = regions(backend, None).await?;
    let expected =
        [(&backend.fixture.always_on, EnabledByDefault), (&backend.fixture.off, Disabled)];
    for (region, expected) in expected {
        equal(region, &status(&found, region), &Some(expected))?;
    }
    Ok(())
}

pub(crate) async fn regions_are_filtered_by_status(backend: &Backend) -> TestResult<()> {
    let on = [Enabled, EnabledByDefault];
    let found = regions(backend, Some(&on)).await?;
    holds(status(&found, &backend.fixture.always_on).is_some(), "a Region that is on is missing")?;
    let other = found.iter().find(|(_, status)| !on.contains(status));
    equal("a Region with another status", &other, &None)?;
    equal("only those that are off", &regions(backend, Some(&[Disabled])).await?, &{
        let all = regions(backend, None).await?.into_iter();
        all.filter(|(_, status)| *status == Disabled).collect()
    })
}

pub(crate) async fn regions_come_in_pages(backend: &Backend) -> TestResult<()> {
    let expected = regions(backend, None).await?.into_iter().map(|(name, _)| name).collect();
    let found = pages(async |token| {
        let (regions, next) = page(backend, None, Some(2), token).await?;
        Ok((regions.into_iter().map(|(name, _)| name).collect(), next))
    });
    paged(&found.await?, 2, &expected)
}
