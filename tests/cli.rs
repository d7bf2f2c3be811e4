//! The program as a user runs it: every command and option, and every bad input.
//!
//! `tests/cli/` holds one case a file: the files that are there, the runs, and exactly what each
//! run prints and returns. `TILLIT_BLESS=1 cargo test --test cli` writes the outputs anew; read
//! the difference before you commit it. What needs more than files and text (limits, links out of
//! the repository, closed pipes, hostile names) stands in `tests/cli/*.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

#[path = "cli/sandbox.rs"]
mod sandbox;
#[path = "cli/case.rs"]
mod case;
#[path = "cli/limits.rs"]
mod limits;
#[path = "cli/printed.rs"]
mod printed;
#[cfg(unix)]
#[path = "cli/system.rs"]
mod system;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

fn cases() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    for folder in fs::read_dir(root).unwrap().flatten().filter(|e| e.path().is_dir()) {
        for file in fs::read_dir(folder.path()).unwrap().flatten() {
            files.push(file.path());
        }
    }
    files.sort();
    files
}

/// The outputs name files and system errors as they are on Unix.
#[cfg(unix)]
#[test]
fn every_case_gives_what_it_says() {
    let bless = std::env::var_os("TILLIT_BLESS").is_some();
    let only = std::env::var("TILLIT_CASE").unwrap_or_default();
    let cases: Vec<PathBuf> = cases()
        .into_iter()
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    let run = |path: &PathBuf| {
        let name = path.to_string_lossy();
        let wanted = fs::read_to_string(path).unwrap();
        let found = case::run(&wanted).unwrap_or_else(|error| panic!("{name}: {error}"));
        if found == wanted {
            return None;
        }
        if bless {
            fs::write(path, found).unwrap();
            return None;
        }
        Some(format!("{name}\n{}", case::difference(&wanted, &found)))
    };
    // Each has a folder of its own; most of the time is that of the programs they start.
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let mut wrong: Vec<String> = thread::scope(|scope| {
        let work = || -> Vec<String> {
            let mine = std::iter::from_fn(|| cases.get(next.fetch_add(1, Ordering::Relaxed)));
            mine.filter_map(run).collect()
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().flat_map(|worker| worker.join().unwrap());
        results.collect()
    });
    wrong.sort();
    let count = cases.len();
    assert!(
        wrong.is_empty(),
        "{} of {count} cases differ (- wanted, + found); TILLIT_BLESS=1 writes them anew\n\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count > 0, "no case named like `{only}`");
}
