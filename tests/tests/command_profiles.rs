//! `org-operator profiles` and a config file that is a person's own: what it writes, what it leaves as
//! it is, and what it refuses.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use aws_sim::{CallPattern, Conditions, Endpoint, Latency, Service};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Shell, calm};
use org_operator_tests::snapshot::told;

const BEFORE: &str = "[default]\r\nregion = us-east-1\n\n# by hand\n";
const AFTER: &str = "\n[profile other]\nregion=x";
const WRITE: [&str; 4] = ["profiles", "--source-profile", "people", "--write"];

async fn person(accounts: usize) -> TestResult<(Endpoint, Shell)> {
    let endpoint = calm(accounts, &["eu-west-1"], Conditions::default()).await?;
    let shell = Shell::simulated(&endpoint)?;
    std::fs::create_dir(shell.path(".aws"))?;
    Ok((endpoint, shell))
}

fn mode(path: &Path) -> TestResult<u32> {
    Ok(path.symlink_metadata()?.permissions().mode() & 0o777)
}

/// The profiles of the marked block.
fn profiles(text: &str) -> Vec<&str> {
    let block = text.split("# BEGIN org-operator profiles").nth(1).unwrap_or_default();
    let block = block.split("# END org-operator profiles").next().unwrap_or_default();
    block.lines().filter_map(|line| line.strip_prefix("[profile ")?.strip_suffix(']')).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_write_adds_a_block_and_the_second_replaces_only_that() -> TestResult<()> {
    let (endpoint, shell) = person(5).await?;
    let config = shell.path(".aws/config");
    // A new file first: it has the external id, which is nobody else's business.
    let new = shell.run(&WRITE)?;
    assert_eq!(new.code, Some(0), "{}", new.stderr);
    assert_eq!((new.stdout.as_str(), mode(&config)?), ("", 0o600));
    assert_eq!(profiles(&std::fs::read_to_string(&config)?).len(), 5);
    std::fs::remove_file(&config)?;
    let real = shell.path("dotfiles-config");
    std::fs::write(&real, BEFORE)?;
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o640))?;
    symlink("../dotfiles-config", &config)?;
    assert_eq!(shell.run(&WRITE)?.code, Some(0));
    let first = std::fs::read_to_string(&real)?;
    let block = first.strip_prefix(BEFORE).ok_or("what was there before is not the same")?;
    assert_eq!(profiles(block).len(), 5);
    std::fs::write(&real, format!("{first}{AFTER}"))?;
    let one = endpoint.simulation.world.accounts[0].id.as_str();
    let second = shell.run(&[&WRITE[..], &["--account", one, "--prefix", "x-"]].concat())?;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    let text = std::fs::read_to_string(&real)?;
    assert!(text.starts_with(&format!("{BEFORE}\n# BEGIN org-operator")), "{text}");
    assert!(text.ends_with(&format!("# END org-operator profiles\n{AFTER}")), "{text}");
    assert!(matches!(profiles(&text)[..], [only] if only.starts_with("x-")), "{text}");
    assert!(config.is_symlink());
    assert_eq!(mode(&real)?, 0o640);
    let left: Vec<_> = std::fs::read_dir(shell.path(".aws"))?.collect();
    assert_eq!(left.len(), 1, "{left:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_profile_is_one_that_the_sdk_knows() -> TestResult<()> {
    let (endpoint, shell) = person(30).await?;
    let names = endpoint.simulation.world.accounts.iter().map(|account| account.name.as_str());
    assert!(!names.collect::<String>().is_ascii(), "no account tests anything");
    let written = shell.run(&["profiles", "--source-profile", "people", "--write"])?;
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    let config = shell.path(".aws/config");
    let text = std::fs::read_to_string(&config)?;
    let profiles: Vec<String> = profiles(&text).into_iter().map(str::to_owned).collect();
    assert_eq!(profiles.len(), 30);
    let key = format!("AKIA{}", endpoint.simulation.world.management());
    let source = format!("[profile people]\naws_access_key_id = {key}\n");
    let text = format!("{text}{source}aws_secret_access_key = simulated\n");
    std::fs::write(&config, text)?;
    for profile in profiles {
        let said = shell.run(&["accounts", "--quiet", "--profile", &profile])?;
        assert_eq!(said.code, Some(0), "{profile}: {}", said.stderr);
    }
    assert_eq!(endpoint.simulation.meter.access_keys(Service::Organizations).len(), 31);
    Ok(())
}

/// The SHA-256 of `SESSION`, which names the file that `aws login` keeps the session in.
const SESSION_FILE: &str = "178667f5500dce06c33b77bedc044c169ad7b45252574905118bcf346320c16f.json";
const SESSION: &str = "arn:aws:iam::111111111111:user/ada";

/// The file of a session that has not ended.
fn login_session(endpoint: &Endpoint) -> String {
    let credentials = serde_json::json!({
        "accessKeyId": format!("ASIA{}", endpoint.simulation.world.management()),
        "secretAccessKey": "simulated", "sessionToken": "simulated",
        "accountId": endpoint.simulation.world.management(), "expiresAt": "2099-01-01T00:00:00Z",
    });
    let token = serde_json::json!({
        "accessToken": credentials, "tokenType": "aws_sigv4", "refreshToken": "simulated",
        "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "simulated",
    });
    token.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_of_aws_login_is_used_until_its_session_ends() -> TestResult<()> {
    let (endpoint, shell) = person(3).await?;
    std::fs::write(
        shell.path(".aws/config"),
        format!("[profile ada]\nlogin_session = {SESSION}\n"),
    )?;
    let cache = shell.path(".aws/login/cache");
    std::fs::create_dir_all(&cache)?;
    let run = ["accounts", "--quiet", "--profile", "ada"];
    std::fs::write(cache.join(SESSION_FILE), login_session(&endpoint))?;
    let said = shell.run(&run)?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let keys = endpoint.simulation.meter.access_keys(Service::Organizations);
    assert!(keys.iter().all(|key| key.starts_with("ASIA")) && keys.len() == 1, "{keys:?}");
    std::fs::remove_file(cache.join(SESSION_FILE))?;
    let said = shell.run(&run)?;
    assert_ne!(said.code, Some(0));
    assert!(said.stderr.contains("`aws login --profile ada`"), "{}", said.stderr);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_selected_leaves_the_profiles_that_are_there() -> TestResult<()> {
    let (_endpoint, shell) = person(2).await?;
    assert_eq!(shell.run(&WRITE)?.code, Some(0));
    let config = shell.path(".aws/config");
    let before = std::fs::read(&config)?;
    let said = shell.run(&[&WRITE[..], &["--tag", "team=nobody"]].concat())?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 4
    stdout
    stderr
    | error: the profiles cannot be written
    |   cause: the request selects no account; the organization has 1 × the management account, where the StackSet puts no role, 2 × not tagged as Accounts.Tags asks
    |    hint: `org-operator accounts` with the same options shows each account and why it is out
    "#);
    assert_eq!(std::fs::read(&config)?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_edits_while_the_organization_is_listed_stays() -> TestResult<()> {
    let (endpoint, shell) = person(1).await?;
    let listed = CallPattern::operation(Service::Organizations, "ListAccounts");
    let slow = vec![(listed, Latency::Fixed(Duration::from_secs(2)))];
    endpoint.simulation.set_conditions(Conditions { latency: slow, ..Conditions::default() });
    let config = shell.path(".aws/config");
    std::fs::write(&config, "[profile one]\n")?;
    let until_listed = async |endpoint: &Endpoint| {
        while endpoint.simulation.meter.calls("ListAccounts") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let writing = shell.start(&WRITE)?;
    until_listed(&endpoint).await;
    std::fs::write(&config, BEFORE)?;
    let said = writing.ended()?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let text = std::fs::read_to_string(&config)?;
    assert!(text.starts_with(BEFORE) && !text.contains("[profile one]"), "{text}");
    // A name that was free when the command began, and is not any more.
    let taken = format!("[profile {}]\n", profiles(&text)[0]);
    std::fs::write(&config, "")?;
    endpoint.simulation.meter.reset();
    let writing = shell.start(&WRITE)?;
    until_listed(&endpoint).await;
    std::fs::write(&config, &taken)?;
    let said = writing.ended()?;
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert_eq!(std::fs::read_to_string(&config)?, taken);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_the_credentials_file_are_taken() -> TestResult<()> {
    let (_endpoint, mut shell) = person(1).await?;
    let name = {
        let preview = shell.run(&["profiles", "--source-profile", "people"])?;
        profiles(&preview.stdout).first().ok_or("no profile")?.to_string()
    };
    let keys = format!("[{name}]\naws_access_key_id = x\n");
    std::fs::write(shell.path(".aws/credentials"), &keys)?;
    let refused = |shell: &Shell| -> TestResult<bool> {
        let said = shell.run(&WRITE)?;
        let names =
            said.stderr.contains(&format!("there are other profiles of these names: {name}"));
        Ok(said.code == Some(2) && names && !shell.path(".aws/config").exists())
    };
    assert!(refused(&shell)?);
    std::fs::rename(shell.path(".aws/credentials"), shell.path("keys"))?;
    shell.set("AWS_SHARED_CREDENTIALS_FILE", "~/keys");
    assert!(refused(&shell)?);
    std::fs::remove_file(shell.path("keys"))?;
    assert!(!refused(&shell)?);
    let odd = shell.run(&[&WRITE[..], &["--prefix", "ä "]].concat())?;
    assert_eq!(odd.code, Some(2), "{}", odd.stderr);
    Ok(())
}
