//! One seed of the fault campaign: prints what it came to as JSON, or what was wrong with it. The second
//! argument says whose run it is, and a third one breaks something on purpose, to see that it is judged bad.
#![expect(clippy::print_stdout, reason = "the campaign reads it")]

use org_operator_testkit::TestResult;
use org_operator_tests::campaign;
use org_operator_tests::campaign::drive::Sabotage;

fn main() -> TestResult<()> {
    let seed = std::env::args().nth(1).ok_or("which seed?")?.parse()?;
    let run = match std::env::args().nth(2).as_deref() {
        Some("deployed") => campaign::run,
        Some("command") => campaign::run_command,
        _ => return Err("deployed or command?".into()),
    };
    let sabotage = std::env::args().nth(3).map(|name| Sabotage::parse(&name)).transpose()?;
    let tally = run(seed, sabotage.unwrap_or_default())?;
    println!("{}", serde_json::to_string(&tally)?);
    Ok(())
}
