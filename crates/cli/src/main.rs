//! The `org-operator` command. Everything is in the library; nothing is decided here.

fn main() -> std::process::ExitCode {
    org_operator_cli::main()
}
