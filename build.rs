//! Lists the files below `rules/`, so that a rule is one file and nothing else, and parses them, so
//! that the program need not do it each time it starts.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a build that cannot read its own files has to stop"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

// The loader itself, compiled for the build.
#[path = "src"]
#[allow(dead_code, clippy::all)]
mod loader {
    pub mod source;
    pub mod text;
    pub mod yaml;
}
#[allow(unused_imports)]
use loader::{source, text, yaml};

/// The key that begins the explaining part of a rule.
const TAIL_BEGINS: &str = "\ntitle:";

fn main() {
    println!("cargo::rerun-if-changed=rules");
    for part in ["build.rs", "src/source.rs", "src/text.rs", "src/yaml.rs", "src/yaml"] {
        println!("cargo::rerun-if-changed={part}");
    }
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("OUT_DIR"));
    let root = Path::new("rules");
    let mut rules = Vec::new();
    let mut files = Vec::new();
    for entry in fs::read_dir(root).expect("the folder rules").flatten() {
        let path = entry.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            rules.extend(yaml_files(&path));
        }
    }
    files.extend(yaml_files(root));
    rules.sort();
    files.sort();
    let mut code = String::new();
    for (name, paths, whole) in [("RULES", rules, false), ("FILES", files, true)] {
        let _ = writeln!(code, "static {name}: &[Builtin] = &[");
        for path in paths {
            let _ = writeln!(code, "    {},", builtin(&path, &out_dir, whole));
        }
        code.push_str("];\n");
    }
    fs::write(out_dir.join("builtin.rs"), code).expect("a writable OUT_DIR");
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder below rules").flatten();
    entries
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .collect()
}

/// One file as code, with its tree beside it. Mistakes are left to the loader, which shows them.
fn builtin(path: &Path, out_dir: &Path, whole: bool) -> String {
    let name = path.to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let end = if whole {
        text.len()
    } else {
        text.find(TAIL_BEGINS).unwrap_or(text.len())
    };
    let document = yaml::Documents::new(&text[..end], yaml::Limits::default(), false)
        .next()
        .unwrap_or_default();
    let tape = out_dir.join(name.replace('/', "-")).with_extension("tape");
    fs::write(&tape, document.to_tape(&text)).expect("a writable OUT_DIR");
    let full = fs::canonicalize(path).expect("a file");
    format!(
        "Builtin {{ name: {name:?}, text: include_str!({:?}), tape: include_bytes!({:?}) }}",
        full.to_string_lossy(),
        tape.to_string_lossy()
    )
}
