//! The command on a terminal: what it prints for a person's eyes, with the terminal's own bytes.

use std::process::{Command, Stdio};

use org_operator_testkit::{TestResult, paths};

use crate::command::Shell;

/// Python's standard library has terminals; what comes out of this one goes to its stdout.
const SPAWN: &str = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";

/// Everything that `org-operator` with `arguments` shows on a terminal, stdout and stderr.
///
/// # Errors
/// Where it cannot be started.
pub fn shown(shell: &Shell, arguments: &[&str]) -> TestResult<String> {
    let real = shell.command(arguments)?;
    let python = paths::file(".venv/bin/python");
    let environment = real.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new(&python);
    command.args(["-c", SPAWN]).arg(real.get_program()).args(real.get_args());
    command.env_clear().envs(environment).env("TERM", "xterm").stdin(Stdio::null());
    let folder = real.get_current_dir().ok_or("a shell has a folder")?;
    let output = command.current_dir(folder).output();
    let output = output.map_err(|e| format!("{}: {e}; type `make build`", python.display()))?;
    Ok(String::from_utf8(output.stdout)?.replace("\r\n", "\n"))
}
