//! Who the `org-operator` command is in AWS: the environment, profiles, roles and Regions, as with
//! the AWS CLI. A simulated AWS says which access keys it was asked with.

use std::collections::BTreeSet;

use aws_sim::{Conditions, EXTERNAL_ID, Endpoint, MEMBER_ROLE, Service};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Shell, calm};

/// A person whose environment has credentials, and whose config file is `config`.
async fn person(config: &str) -> TestResult<(Endpoint, Shell)> {
    let endpoint = calm(2, &["eu-west-1"], Conditions::default()).await?;
    let mut shell = Shell::simulated(&endpoint)?;
    shell.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    std::fs::write(shell.path("config"), config)?;
    let path = shell.path("config").display().to_string();
    shell.set("AWS_CONFIG_FILE", &path);
    Ok((endpoint, shell))
}

fn keys(endpoint: &Endpoint, service: Service) -> Vec<String> {
    endpoint.simulation.meter.access_keys(service).into_iter().collect()
}

const MINE: &str = "[profile mine]\naws_access_key_id = AKIAPROFILE\n\
                    aws_secret_access_key = simulated\nregion = us-west-2\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_named_counts_more_than_the_environment() -> TestResult<()> {
    let (endpoint, shell) = person(MINE).await?;
    let said = shell.run(&["accounts", "--profile", "mine"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(keys(&endpoint, Service::Organizations), ["AKIAPROFILE"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_of_the_environment_counts_less_than_its_keys() -> TestResult<()> {
    let (endpoint, mut shell) = person(MINE).await?;
    shell.set("AWS_PROFILE", "mine");
    let said = shell.run(&["accounts"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(keys(&endpoint, Service::Organizations), ["AKIAENVIRONMENT"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profiles_role_is_assumed_at_the_endpoint_of_the_environment() -> TestResult<()> {
    let (endpoint, shell) = person("").await?;
    let member = endpoint.simulation.world.accounts[0].id.clone();
    let chained = format!(
        "{MINE}[profile chained]\nsource_profile = mine\nexternal_id = {EXTERNAL_ID}\n\
         role_arn = arn:aws:iam::{member}:role/{MEMBER_ROLE}\n"
    );
    std::fs::write(shell.path("config"), chained)?;
    let said = shell.run(&["accounts", "--profile", "chained"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(keys(&endpoint, Service::Sts), ["AKIAPROFILE"]);
    assert_eq!(keys(&endpoint, Service::Organizations), [format!("ASIA{member}")]);
    Ok(())
}

/// The Region that the profiles of a member would get: the one to work from.
fn home(shell: &Shell, more: &[&str]) -> TestResult<String> {
    let preview = ["profiles", "--profile", "mine", "--source-profile", "mine"];
    let said = shell.run(&[&preview[..], more].concat())?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let regions = said.stdout.lines().filter_map(|line| line.strip_prefix("region = "));
    let regions: BTreeSet<&str> = regions.collect();
    Ok(regions.into_iter().collect::<Vec<_>>().join(" and "))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_is_the_options_else_the_environments_else_the_profiles() -> TestResult<()> {
    let (_endpoint, mut shell) = person(MINE).await?;
    assert_eq!(home(&shell, &["--region", "eu-north-1"])?, "eu-north-1");
    assert_eq!(home(&shell, &[])?, "eu-west-1");
    shell.unset("AWS_REGION");
    assert_eq!(home(&shell, &[])?, "us-west-2");
    assert_eq!(home(&shell, &["--region", "eu-north-1"])?, "eu-north-1");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_there_is_no_reason_to_be_somebody_else() -> TestResult<()> {
    let (endpoint, shell) = person("[profile empty]\nregion = eu-west-1\n").await?;
    let whys =
        [("gone", "profile `gone` was not defined"), ("empty", "`empty` has no credentials")];
    for (profile, why) in whys {
        let said = shell.run(&["accounts", "--profile", profile])?;
        assert_eq!(said.code, Some(5), "{}", said.stderr);
        let remedy = format!("`aws sts get-caller-identity --profile {profile}`");
        assert!(said.stderr.contains(&remedy) && said.stderr.contains(why), "{}", said.stderr);
    }
    assert!(keys(&endpoint, Service::Organizations).is_empty());
    Ok(())
}
