//! Lists the rule files, so that a rule is one file and nothing else.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let root = Path::new("rules");
    let mut files = Vec::new();
    for folder in fs::read_dir(root)
        .expect("the folder rules")
        .flatten()
        .filter(|e| e.path().is_dir())
    {
        println!("cargo::rerun-if-changed={}", folder.path().display());
        for file in fs::read_dir(folder.path()).expect("a folder of rules").flatten() {
            if file.path().extension().is_some_and(|e| e == "yaml") {
                files.push(file.path());
            }
        }
    }
    files.sort();
    let mut out = String::from("pub(super) static RULES: &[(&str, &str)] = &[\n");
    for file in files {
        let name = file.to_string_lossy().replace('\\', "/");
        let full = fs::canonicalize(&file).expect("a rule file");
        let _ = writeln!(out, "    ({name:?}, include_str!({:?})),", full.to_string_lossy());
    }
    out.push_str("];\n");
    let target = Path::new(&env::var_os("OUT_DIR").expect("OUT_DIR")).join("rules.rs");
    fs::write(target, out).expect("a writable OUT_DIR");
}
