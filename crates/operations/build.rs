//! Lists the operation files of the catalogue for `src/catalogue.rs`, so that adding a file is all it
//! takes to add an operation. Nothing is checked here.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = "catalogue";
    println!("cargo::rerun-if-changed={folder}");
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let mut files: Vec<PathBuf> = fs::read_dir(here.join(folder))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let entries: String = files.iter().map(|file| entry(file)).collect();
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("files.rs"), format!("&[\n{entries}]\n"))
}

/// The name of an operation file without its ending, and its text. The path begins where the crate is
/// compiled: clones that share a target folder share this list, and must not read each other's files.
fn entry(file: &Path) -> String {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let path = format!("/catalogue/{name}.toml");
    format!(
        "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),\n",
        name = name.as_ref()
    )
}
