//! The list of operations, and finding the one that a request means. Files are read and checked the
//! first time that one is asked for: a function that runs one operation reads one.

use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use org_operator_core::Error;
use org_operator_core::artifact::SUITES;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::{Expected, Violations};
use serde_json::{Map, Value};

use crate::close_open_ingress::CloseOpenIngress;
use crate::cloudformation_stack::CloudFormationStack;
use crate::inspector_activation::InspectorActivation;
use crate::security_hub_controls::SecurityHubControls;
use crate::tag_resources::TagResources;
use crate::{Operation, defined, internet_routes, public_ips};

/// The operation files of this release: the name of each, and its text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// All operations of this release, in the order of their names.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        let written: [Arc<dyn Operation>; 7] = [
            Arc::new(SecurityHubControls),
            Arc::new(CloudFormationStack),
            Arc::new(CloseOpenIngress),
            Arc::new(InspectorActivation),
            Arc::new(internet_routes::InternetRoutes),
            Arc::new(public_ips::PublicIps),
            Arc::new(TagResources),
        ];
        let files = FILES.iter().map(|(name, text)| Entry::file(name, text));
        Catalogue::sorted(written.into_iter().map(Entry::written).chain(files))
    });
    &CATALOGUE
}

/// A list of operations.
pub struct Catalogue {
    entries: Vec<Entry>,
    /// The definition that was read last: the work items of a run have the same.
    last: Mutex<Option<Defined>>,
}

/// A definition, and the operation that it is.
type Defined = (Map<String, Value>, Arc<dyn Operation>);

/// An operation, and the file that it is read from where it is one.
struct Entry {
    name: String,
    file: Option<&'static str>,
    read: OnceLock<Result<Arc<dyn Operation>, String>>,
}

impl Entry {
    fn written(operation: Arc<dyn Operation>) -> Self {
        let name = operation.spec().name.clone();
        Self { name, file: None, read: OnceLock::from(Ok(operation)) }
    }

    fn file(name: &str, text: &'static str) -> Self {
        Self { name: name.to_owned(), file: Some(text), read: OnceLock::new() }
    }

    fn operation(&self) -> Result<Arc<dyn Operation>, &str> {
        let read = self.read.get_or_init(|| defined::of_file(self.file.unwrap_or_default()));
        read.as_ref().cloned().map_err(String::as_str)
    }
}

impl Catalogue {
    /// The catalogue of these operations.
    #[must_use]
    pub fn of(operations: impl IntoIterator<Item = Arc<dyn Operation>>) -> Self {
        Self::sorted(operations.into_iter().map(Entry::written))
    }

    fn sorted(entries: impl Iterator<Item = Entry>) -> Self {
        let mut sorted: Vec<Entry> = entries.collect();
        sorted.sort_by(|one, other| one.name.cmp(&other.name));
        Self { entries: sorted, last: Mutex::default() }
    }

    /// Every name, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Every operation, in the order of the names.
    ///
    /// # Errors
    /// `Internal` where a file of this release has faults, which its tests hold it free of.
    pub fn operations(&self) -> Result<Vec<Arc<dyn Operation>>, Error> {
        let read = |entry: &Entry| {
            entry.operation().map_err(|faults| Error::internal(format!("{}: {faults}", entry.name)))
        };
        self.entries.iter().map(read).collect()
    }

    /// The operation called `name`; otherwise notes a violation with all names and the nearest one.
    pub fn find(&self, name: &str, violations: &mut Violations) -> Option<Arc<dyn Operation>> {
        self.find_at("Operation".into(), name, violations)
    }

    /// As [`Catalogue::find`], for a name that stands at `path`.
    pub fn find_at(
        &self,
        path: FieldPath,
        name: &str,
        violations: &mut Violations,
    ) -> Option<Arc<dyn Operation>> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            let names: Vec<&str> = self.names().collect();
            let expected = Expected::name(names.join(", "), name, names.iter().copied());
            violations.note(path, &Value::from(name), expected);
            return None;
        };
        entry
            .operation()
            .map_err(|faults| violations.note_text(path, faults, "a file without faults"))
            .ok()
    }

    /// The operation that a request means: the one of its `definition`, or else the one called `name`.
    /// A run's folder is called after the operation: a definition has the name `name`, which is none of the
    /// catalogue.
    pub fn requested(
        &self,
        name: &str,
        definition: Option<&Map<String, Value>>,
        violations: &mut Violations,
    ) -> Option<Arc<dyn Operation>> {
        let Some(definition) = definition else { return self.find(name, violations) };
        if self.names().any(|known| known == name) {
            let allowed = "another name: the catalogue has an operation of this one";
            violations.note_text("Definition.name", format!("\"{name}\""), allowed);
        }
        if name == SUITES {
            let allowed = "another name: the folder of suite runs has this one";
            violations.note_text("Definition.name", format!("\"{name}\""), allowed);
        }
        let found = self.defined(definition, violations)?;
        let own = &found.spec().name;
        if own != name {
            violations.note_text(
                "Operation",
                format!("\"{name}\""),
                format!("`{own}`, the name in Definition"),
            );
        }
        Some(found)
    }

    fn defined(
        &self,
        definition: &Map<String, Value>,
        violations: &mut Violations,
    ) -> Option<Arc<dyn Operation>> {
        // What a thread that panicked left behind is whole: it is put in at once.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, operation)) = last.as_ref().filter(|(known, _)| known == definition) {
            return Some(Arc::clone(operation));
        }
        let read = defined::defined(definition, violations)?;
        *last = Some((definition.clone(), Arc::clone(&read)));
        Some(read)
    }

    /// The operation that a request means, if it accepts `parameters`.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation.
    pub fn resolve(
        &self,
        name: &str,
        definition: Option<&Map<String, Value>>,
        parameters: &Map<String, Value>,
    ) -> Result<Arc<dyn Operation>, Error> {
        let mut violations = Violations::default();
        let found = self.requested(name, definition, &mut violations);
        if let Some(operation) = &found {
            operation.check_parameters(parameters, &mut violations);
        }
        violations.into_result("request", found)
    }
}
