//! The files of the AWS CLI that have profiles: where they are, reading them, and writing the one that
//! is a person's own.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::CliError;
use org_operator_local::atomic_file::AtomicFile;

/// More links after one another than any system follows.
const LINKS: usize = 40;

/// The AWS CLI's two files.
#[derive(Debug)]
pub(crate) struct Files {
    /// The path of the config file.
    pub(crate) config: PathBuf,
    credentials: Option<PathBuf>,
}

impl Files {
    /// The AWS CLI's, or another config file.
    pub(crate) fn find(config: Option<&Path>) -> Result<Self, CliError> {
        let credentials = place("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let path = config.map(Path::to_owned).or_else(|| place("AWS_CONFIG_FILE", "config"));
        let what = "the config file is not known";
        let found = path
            .ok_or_else(|| CliError::usage(what, "HOME is not set", "name it by --config-file"));
        Ok(Self { config: found?, credentials })
    }

    /// The config file; nothing where there is none.
    pub(crate) fn config(&self) -> Result<String, CliError> {
        read(&self.config)
    }

    /// The credentials file; nothing where there is none.
    pub(crate) fn credentials(&self) -> Result<String, CliError> {
        self.credentials.as_deref().map_or(Ok(String::new()), read)
    }

    /// Writes the config file, whole or not at all: one that is cut in the middle would lock a person
    /// out.
    pub(crate) fn write(&self, text: &str) -> Result<(), CliError> {
        let what = || format!("{} was not written", self.config.display());
        write(&self.config, text).map_err(|e| CliError::local(what(), &e))
    }
}

/// A file that a variable names, or that is in the home folder.
fn place(variable: &str, name: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = set("HOME");
    match (set(variable), home) {
        (Some(path), home) => Some(without_tilde(path, home)),
        (None, home) => home.map(|home| PathBuf::from(home).join(".aws").join(name)),
    }
}

/// A `~/` in a variable is no shell's business any more; the AWS CLI knows it, too.
fn without_tilde(path: OsString, home: Option<OsString>) -> PathBuf {
    let path = PathBuf::from(path);
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path,
    }
}

fn read(path: &Path) -> Result<String, CliError> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|e| CliError::local(format!("{} cannot be read", path.display()), &e)),
    }
}

/// A file that is there keeps its mode, and a link stays a link.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = pointed_to(path)?;
    let mut partial = AtomicFile::create(&path)?;
    if let Ok(data) = path.metadata() {
        partial.permit(data.permissions())?;
    }
    partial.write(text.as_bytes())?;
    partial.finish()
}

/// What a link points to, even where nothing is there yet.
fn pointed_to(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        // What is no link is what was looked for; if it is anything else, writing says so.
        let Ok(next) = path.read_link() else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::other("it is a link that leads nowhere"))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn files(folder: &Path) -> Files {
        Files { config: folder.join("aws/config"), credentials: None }
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_new_file_is_its_owners_alone_and_one_that_is_there_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        assert_eq!(files.config().unwrap(), "");
        files.write("one").unwrap();
        assert_eq!((mode(&files.config), mode(&folder.path().join("aws"))), (0o600, 0o700));
        for kept in [0o640, 0o400] {
            let permissions = std::fs::Permissions::from_mode(kept);
            std::fs::set_permissions(&files.config, permissions).unwrap();
            files.write("two").unwrap();
            assert_eq!((files.config().unwrap().as_str(), mode(&files.config)), ("two", kept));
        }
    }

    #[test]
    fn a_link_is_written_through_even_where_nothing_is_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        std::fs::create_dir_all(folder.path().join("aws")).unwrap();
        symlink("../dotfiles/one", &files.config).unwrap();
        std::fs::create_dir(folder.path().join("dotfiles")).unwrap();
        symlink("two", folder.path().join("dotfiles/one")).unwrap();
        for text in ["dangling", "there"] {
            files.write(text).unwrap();
            assert!(files.config.is_symlink());
            let real = folder.path().join("dotfiles/two");
            assert_eq!(std::fs::read_to_string(real).unwrap(), text);
        }
        symlink("config", folder.path().join("aws/loop")).unwrap();
        std::fs::remove_file(&files.config).unwrap();
        symlink("loop", &files.config).unwrap();
        assert!(files.write("x").is_err());
    }

    #[test]
    fn nothing_half_is_left_where_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        // A folder with something in it cannot be replaced by a file.
        std::fs::create_dir_all(files.config.join("x")).unwrap();
        assert!(files.write("x").is_err());
        assert_eq!(names(&folder.path().join("aws")), ["config"]);
    }

    #[test]
    fn a_tilde_is_the_home_folder_and_only_at_the_beginning() {
        let path = |text: &str| without_tilde(text.into(), Some("/home/x".into()));
        assert_eq!(path("~/c"), Path::new("/home/x/c"));
        assert_eq!(path("~x/c"), Path::new("~x/c"));
        assert_eq!(path("/a/~/c"), Path::new("/a/~/c"));
    }
}
