//! One seed of the fault campaign: prints what it came to as JSON, or what was wrong with it.
#![expect(clippy::print_stdout, reason = "the campaign reads it")]

use org_operator_testkit::Outcome;
use org_operator_tests::campaign;

fn main() -> Outcome<()> {
    let seed = std::env::args().nth(1).ok_or("which seed?")?.parse()?;
    println!("{}", serde_json::to_string(&campaign::run(seed)?)?);
    Ok(())
}
