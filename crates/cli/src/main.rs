//! The `org-operator` program. Everything is in the library, so that tests reach it.

use mimalloc::MiMalloc;

/// A call of the SDK allocates some hundred times: the system's allocator was a quarter of a run's CPU.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    org_operator_cli::main()
}
