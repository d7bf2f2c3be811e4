//! The shape of the code: imports point down, only `cli` prints, no file has two jobs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file with more lines than this has two jobs.
const LONGEST_FILE: usize = 620;

fn sources() -> BTreeMap<PathBuf, String> {
    fn walk(folder: &Path, out: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.insert(path.clone(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out
}

fn short(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR"))
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/")
}

/// The part of a file that is not tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

/// The modules in layer order, as `lib.rs` declares them.
fn layers() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    lib.lines()
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// The top-level module that a file belongs to.
fn module(path: &str) -> String {
    let rest = path.strip_prefix("src/").unwrap();
    rest.split(['/', '.']).next().unwrap().to_owned()
}

#[test]
fn imports_point_down() {
    let layers = layers();
    assert!(layers.len() > 15, "{layers:?}");
    let place = |name: &str| layers.iter().position(|l| l == name);
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let path = short(&path);
        let Some(here) = place(&module(&path)) else {
            assert!(
                matches!(path.as_str(), "src/lib.rs" | "src/main.rs"),
                "{path} belongs to no layer"
            );
            continue;
        };
        for (number, line) in code(&text).lines().enumerate() {
            for part in line.split("crate::").skip(1) {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if place(&name).is_some_and(|there| there > here) {
                    wrong.push(format!(
                        "{path}:{}: {} imports {name}, which stands above it",
                        number + 1,
                        layers[here]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let path = short(&path);
        if module(&path) == "cli" {
            continue;
        }
        for word in [
            "print!(",
            "println!(",
            "eprint!(",
            "eprintln!(",
            "dbg!(",
            "stdout()",
            "stderr()",
        ] {
            for (number, line) in code(&text).lines().enumerate() {
                if line.contains(word) {
                    wrong.push(format!("{path}:{}: {word}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_has_two_jobs() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = code(&text).lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{}: {lines} lines", short(&path)));
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if matches!(name.as_str(), "utils" | "util" | "helpers" | "common" | "misc") {
            wrong.push(format!("{}: a name that says nothing", short(&path)));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: does not say what it is for", short(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_parser_is_named_in_one_place() {
    for (path, text) in sources() {
        let path = short(&path);
        if module(&path) != "yaml" {
            assert!(!text.contains("granit_parser"), "{path} names the parser");
        }
    }
}

/// The pure part reads no file, no clock and no environment.
#[test]
fn the_pure_part_touches_nothing() {
    for (path, text) in sources() {
        let path = short(&path);
        if matches!(module(&path).as_str(), "cli" | "discover" | "main") {
            continue;
        }
        for word in [
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "SystemTime",
            "Instant::now",
        ] {
            assert!(!code(&text).contains(word), "{path}: {word}");
        }
    }
}
