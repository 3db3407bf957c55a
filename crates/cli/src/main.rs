//! The `org-operator` program. Everything is in the library, so that tests reach it.

fn main() -> std::process::ExitCode {
    org_operator_cli::main()
}
