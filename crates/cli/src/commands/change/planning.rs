//! Plans that write into the accounts, such as change sets: they need the role for changes, and a
//! person who agrees, as applying one does.

use std::sync::Arc;

use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Access;
use org_operator_operations::{Operation, catalogue};

use super::args::ChangeArgs;
use super::{ADMIN_ROLE, confirm};
use crate::args::DEFAULT_ROLE;
use crate::commands::run::args::RunArgs;
use crate::error::CliError;

/// The options of a run of the operation `name` whose plan writes, with the role that may, once a
/// person agreed; `None` for a run that only reads.
pub(crate) async fn agreed(
    name: Option<&str>,
    args: &RunArgs,
    change: &ChangeArgs,
) -> Result<Option<RunArgs>, CliError> {
    let Some(operation) = name.and_then(writing) else {
        change.refuse_for_reading()?;
        return Ok(None);
    };
    change.refuse_for_planning()?;
    let mut admin = args.clone();
    if admin.role.role_name == DEFAULT_ROLE {
        ADMIN_ROLE.clone_into(&mut admin.role.role_name);
    }
    let given = change.confirm.as_deref();
    confirm::plan_that_writes(operation.spec(), &admin.role.role_name, given).await?;
    Ok(Some(admin))
}

/// The operation called `name`, where its plan writes. What is wrong with a name is said where the
/// run begins.
fn writing(name: &str) -> Option<Arc<dyn Operation>> {
    let found = catalogue().find(name, &mut Violations::default());
    found.filter(|operation| operation.spec().access == Access::Mutating)
}
