//! Packages of functions that do not behave: one that waits before it starts, one that dies.

use std::path::Path;

use org_operator_testkit::{TestResult, paths};

/// The worker as it is, but that it starts only when there is a file `gate`. Without one it ends after
/// two minutes, so that nothing outlives a test that failed.
///
/// # Errors
/// Where the package cannot be made.
pub fn held_bootstrap(gate: &Path) -> TestResult<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let package = paths::file("dist/worker.zip");
    let extract = ["-m", "zipfile", "-e", &package.to_string_lossy(), "."].map(str::to_owned);
    python(folder.path(), &extract)?;
    std::fs::rename(folder.path().join("bootstrap"), folder.path().join("worker"))?;
    executable(&folder.path().join("worker"))?;
    // A zip made here keeps who may execute what; python3's own extraction does not.
    let gate = gate.display();
    let script = format!(
        "#!/bin/sh\n\
        looks=0\n\
        until [ -e '{gate}' ]; do\n\
        looks=$((looks + 1))\n\
        [ $looks -lt 1200 ] || exit 1\n\
        sleep 0.1\n\
        done\n\
        exec \"$(dirname \"$0\")/worker\"\n"
    );
    zipped(folder.path(), &script, &["worker"])
}

/// A function that takes an event and dies, as one that is out of memory does.
///
/// # Errors
/// Where the package cannot be made.
pub fn dying_bootstrap() -> TestResult<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let script = "#!/bin/sh\n\
        # Asks for an event and ends without an answer.\n\
        exec 3<>/dev/null\n\
        \"$(command -v python3)\" -c 'import os, urllib.request; urllib.request.urlopen(\"http://\" + \
        os.environ[\"AWS_LAMBDA_RUNTIME_API\"] + \"/2018-06-01/runtime/invocation/next\").read()'\n\
        kill -9 $$\n";
    zipped(folder.path(), script, &[])
}

/// A package whose bootstrap is `script`, with `others` of the folder beside it.
fn zipped(folder: &Path, script: &str, others: &[&str]) -> TestResult<Vec<u8>> {
    let bootstrap = folder.join("bootstrap");
    std::fs::write(&bootstrap, script)?;
    executable(&bootstrap)?;
    let arguments = ["-m", "zipfile", "-c", "function.zip", "bootstrap"];
    let arguments: Vec<String> =
        arguments.iter().chain(others).map(|name| (*name).to_owned()).collect();
    python(folder, &arguments)?;
    Ok(std::fs::read(folder.join("function.zip"))?)
}

fn executable(path: &Path) -> TestResult<()> {
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    Ok(std::fs::set_permissions(path, all)?)
}

fn python(folder: &std::path::Path, arguments: &[String]) -> TestResult<()> {
    let status = std::process::Command::new("python3").args(arguments).current_dir(folder).status();
    if status?.success() { Ok(()) } else { Err("python3 could not do its zip".into()) }
}
