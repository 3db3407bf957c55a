//! The `org-operator` command as a library: what `main` calls, and what its tests call.
