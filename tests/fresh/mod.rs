//! Files that are generated and committed: compared, or written with `TILLIT_BLESS=1`.

use std::fs;
use std::path::{Path, PathBuf};

/// A path in the repository.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text of a file of the repository.
pub fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default().replace("\r\n", "\n")
}

/// Fails when a file is not what it should be, or writes it.
pub fn check(name: &str, wanted: &str) {
    if read(name) == wanted {
        return;
    }
    if std::env::var_os("TILLIT_BLESS").is_some() {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        fs::write(path(name), wanted).unwrap();
    } else {
        let is = read(name);
        let mut lines = is.lines().zip(wanted.lines()).enumerate();
        let at = match lines.find(|(_, (is, wanted))| is != wanted) {
            Some((number, (is, wanted))) => format!("line {} is\n{is}\nand should be\n{wanted}", number + 1),
            None => "one ends before the other".to_owned(),
        };
        panic!("{name} is stale; write it anew with TILLIT_BLESS=1 cargo test\n{at}");
    }
}

/// The address of a file, from `repository` in Cargo.toml.
#[allow(dead_code, reason = "not every test that shares this file needs addresses")]
pub fn address(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_PKG_REPOSITORY"))
}
