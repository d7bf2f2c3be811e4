//! The binary: hands over to `tillit::cli` and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tillit::cli::run()
}
