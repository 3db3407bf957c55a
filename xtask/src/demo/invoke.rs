//! One function on this machine: cargo-lambda is its runtime API, a kept demo or the caller's own AWS
//! is what it calls.

use std::collections::HashMap;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use org_operator_testkit::identity::HOME_REGION;
use org_operator_testkit::{TestResult, emulator, paths, person};

use super::kept_demo::KeptDemo;

const FUNCTIONS: [&str; 3] = ["fanout", "worker", "result-handler"];
const START: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Invokes `function` with the event in `file` and prints its result.
pub(crate) async fn invoke(function: &str, file: &str) -> TestResult<()> {
    if !FUNCTIONS.contains(&function) {
        return Err(format!("FUNCTION={function}: one of {}", FUNCTIONS.join(", ")).into());
    }
    let kept = KeptDemo::load().ok().filter(KeptDemo::is_running);
    let environment = match &kept {
        Some(kept) => environment_of(kept, function).await?,
        None => HashMap::new(),
    };
    let aws =
        kept.map_or_else(|| "your own AWS".to_owned(), |k| format!("the demo at {}", k.endpoint));
    eprintln!("invoking {function} in {aws}");
    let port = emulator::free_port()?;
    let runtime_api = runtime_api(port)?;
    let process = Process(start(function, port, &environment)?);
    // Without a name: the runtime API that builds nothing serves one function, whatever it is.
    let invocation = Command::new(cargo_lambda())
        .args(["lambda", "invoke", "--data-file", file])
        .args(["--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()])
        .current_dir(paths::root())
        .spawn()?;
    let result = wait(Process(invocation), process);
    drop(runtime_api);
    result
}

/// Waits for the invocation's end, or for the function's before it.
fn wait(mut invocation: Process, mut function: Process) -> TestResult<()> {
    loop {
        if let Some(status) = invocation.0.try_wait()? {
            let failed = || "the function answered with an error".into();
            return if status.success() { Ok(()) } else { Err(failed()) };
        }
        if let Some(status) = function.0.try_wait()? {
            return Err(format!("the function ended without an answer: {status}").into());
        }
        std::thread::sleep(POLL);
    }
}

/// A process that ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn cargo_lambda() -> PathBuf {
    paths::file(".venv/bin/cargo-lambda")
}

/// Starts cargo-lambda's runtime API, without the building that it would do.
fn runtime_api(port: u16) -> TestResult<Process> {
    let mut process = Process(
        Command::new(cargo_lambda())
            .args(["lambda", "watch", "--only-lambda-apis", "--quiet"])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()])
            .current_dir(paths::root())
            .spawn()?,
    );
    let deadline = Instant::now() + START;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if process.0.try_wait()?.is_some() || Instant::now() > deadline {
            return Err("cargo-lambda did not start".into());
        }
        std::thread::sleep(POLL);
    }
    Ok(process)
}

fn start(function: &str, port: u16, environment: &HashMap<String, String>) -> TestResult<Child> {
    let binary = std::env::current_exe()?.with_file_name(function);
    let child = Command::new(binary)
        .env("AWS_LAMBDA_RUNTIME_API", format!("http://127.0.0.1:{port}/.rt"))
        .env("AWS_LAMBDA_FUNCTION_NAME", function)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .envs(environment)
        .stdout(std::io::stderr())
        .spawn()?;
    Ok(child)
}

/// The environment that the deployed function has, with credentials for this machine.
async fn environment_of(kept: &KeptDemo, function: &str) -> TestResult<HashMap<String, String>> {
    let lambda = aws_sdk_lambda::Client::new(&kept.config());
    let name = format!("org-operator-{function}");
    let deployed = lambda.get_function_configuration().function_name(name).send().await?;
    let variables = deployed.environment().and_then(|environment| environment.variables());
    let mut environment = variables.cloned().unwrap_or_default();
    environment.insert("AWS_ENDPOINT_URL".to_owned(), kept.endpoint.clone());
    environment.insert("AWS_REGION".to_owned(), HOME_REGION.to_owned());
    let role = deployed.role.unwrap_or_default();
    environment.extend(person::credentials(&kept.config(), &role).await?);
    Ok(environment)
}
