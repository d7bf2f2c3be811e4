//! A fresh folder, and the program run in it: no colours, no locale, a fixed day.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The beginning of 2026-11-21, the day on which every run takes place unless it says another.
const TODAY: &str = "1795219200";

/// The shortest manifest in which nothing is found.
pub const CLEAN: &str = "tillit: 1\nsystem: {id: till, name: Till, status: planned, affects_workers: false}\n";

/// A folder of its own that is gone after the test.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders above it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Sandbox {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// The program with these arguments, ready to run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tillit"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("LANG", "C")
            .env("SOURCE_DATE_EPOCH", TODAY);
        command
    }

    /// Runs the program with this on standard input.
    pub fn run_with(&self, mut command: Command, stdin: &[u8]) -> Output {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A run that reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        child.wait_with_output().unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(self.command(arguments), b"")
    }

    /// Runs the program; its exit code, standard output and standard error.
    pub fn text(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.run(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}
