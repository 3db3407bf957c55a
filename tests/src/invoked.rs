//! A function's own program, invoked once as Lambda does: for what it prints, which the emulator does
//! not keep. What it answers is seen where the state machine runs it.

use std::collections::HashMap;
use std::fs::File;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;
use org_operator_testkit::identity::{HOME_REGION, MANAGEMENT};
use serde_json::Value;

use crate::canned::{Answer, Canned};
use crate::deployed::Deployed;

const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);
/// What comes with an event, in the Lambda runtime API; the time is in the year 2100.
const EVENT: &str =
    "Lambda-Runtime-Aws-Request-Id: r1\r\nLambda-Runtime-Deadline-Ms: 4102444800000";

/// A process that ends with this.
struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the deployed result handler prints for the run of `plan`, with the variables of the
/// deployment and then those of `others`.
///
/// # Errors
/// Where the program is not built, or has answered nothing within a minute.
pub async fn result_handler(
    deployed: &Deployed,
    plan: &Value,
    others: &[(&str, &str)],
) -> TestResult<String> {
    let event = Answer { status: 200, header: EVENT, body: plan.to_string() };
    let taken = Answer { status: 202, header: EVENT, body: "{}".to_owned() };
    let api = Canned::listen(vec![event, taken])?;
    let printed = tempfile::NamedTempFile::new()?;
    let variables = environment(deployed).await?;
    let output = File::options().append(true).open(printed.path())?;
    let function = Command::new(program()?)
        .env_clear()
        .envs(variables)
        .envs(others.iter().copied())
        .env("AWS_LAMBDA_RUNTIME_API", api.url().trim_start_matches("http://"))
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()?;
    let running = Function(function);
    let deadline = Instant::now() + PATIENCE;
    while !api.asked().iter().any(|head| head.contains("/invocation/r1/")) {
        if Instant::now() > deadline {
            return Err("the function has not answered".into());
        }
        tokio::time::sleep(POLL).await;
    }
    drop(running);
    Ok(std::fs::read_to_string(printed.path())?)
}

/// The variables of the deployed result handler, and what Lambda adds to them.
async fn environment(deployed: &Deployed) -> TestResult<HashMap<String, String>> {
    let lambda = aws_sdk_lambda::Client::new(deployed.config());
    let name = deployed.deployment.output("ResultHandlerFunction")?;
    let function = lambda.get_function_configuration().function_name(name).send().await?;
    let given = function.environment().and_then(|it| it.variables()).cloned();
    let added = [
        ("AWS_ENDPOINT_URL", deployed.emulator.endpoint()),
        ("AWS_REGION", HOME_REGION),
        ("AWS_ACCESS_KEY_ID", MANAGEMENT),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
    ];
    let added = added.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(given.unwrap_or_default().into_iter().chain(added).collect())
}

/// The result handler beside this program.
fn program() -> TestResult<std::path::PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.ancestors().find(|folder| folder.ends_with("debug"));
    let program = folder.ok_or("this is no test's program")?.join("result-handler");
    if !program.exists() {
        return Err("the functions are not built: type `cargo build --workspace`".into());
    }
    Ok(program)
}
