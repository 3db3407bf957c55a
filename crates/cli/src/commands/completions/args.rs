//! The options of `org-operator completions`.

use clap::Args;
use clap_complete::Shell;

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  org-operator completions bash > ~/.local/share/bash-completion/completions/org-operator
  org-operator completions zsh > ~/.zfunc/_org-operator
  org-operator completions fish > ~/.config/fish/completions/org-operator.fish";

/// The options of `org-operator completions`, as they were given.
#[derive(Debug, Clone, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
