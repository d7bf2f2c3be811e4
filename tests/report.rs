//! What the reports say, byte for byte where people read it, by its schema where programs do.

// The functions that set a test up fail with it.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, OnceLock};

use tillit::config::Config;
use tillit::lint::{Alone, Coverage, Linter, Run, finish};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::value::parse_date;

mod report {
    mod example;
    mod github;
    mod gitlab;
    mod hostile;
    mod json;
    mod junit;
    mod markdown;
    mod sarif;
    mod text;
}

/// A small manifest of a system in use, with one mistake in its form.
const SMALL: &str = "\
tillit: 1
system:
  id: shift-planner
  name: Vaktplan
  status: deployed
  affects_workers: true
  jurisdictions: [\"NO\"]
  colour: blue
purposes: [{id: plan, area: scheduling}]
data:
  inputs:
    - id: shifts
      category: shift-availability
      purposes: [plan]
      identifiable: true
security: {shared_accounts: true}
";

/// Two systems that watch the same drivers.
const TOGETHER: [(&str, &str); 2] = [
    (
        "camera.tillit.yaml",
        "tillit: 1
system: {id: camera, name: Camera, status: deployed, affects_workers: true, jurisdictions: [\"NO\"]}
subjects: {groups: [{id: drivers, type: employees}]}
data: {inputs: [{id: at, category: location-continuous, mode: continuous, off_duty: true}]}
",
    ),
    (
        "route.tillit.yaml",
        "tillit: 1
system: {id: route, name: Route, status: pilot, affects_workers: true, jurisdictions: [DE]}
subjects: {groups: [{id: drivers, type: employees}]}
data: {inputs: [{id: at, category: location-continuous, mode: continuous, during_breaks: true}]}
",
    ),
];

/// Text that means harm, in values, keys, ids and comments.
const HOSTILE: &str = "\
tillit: 1
system:
  id: \"a\\e[31m\\u202Eb ##[error]ID\"
  name: \"\u{202e}gnp\u{200b} ::error::NAME\" # \u{1b}[2J ##[error]COMMENT
  ::error::KEY : x
  \"k\\n::error::KEY\": 1
  status: \"::warning::S\"
\tx: 1
";

fn linter(lang: Lang) -> &'static Linter {
    static LINTERS: [OnceLock<Linter>; 2] = [OnceLock::new(), OnceLock::new()];
    LINTERS[lang as usize].get_or_init(|| {
        let today = parse_date("2026-11-21").unwrap();
        Linter::new(&Config::default(), &[], today, lang).unwrap()
    })
}

fn run(linter: &Linter, files: &[(&str, &str)]) -> Run {
    let check = |(name, text): &(&str, &str)| {
        let source = Arc::new(SourceFile::new(*name, *text));
        linter.check(source, &Alone)
    };
    finish(linter, files.iter().map(check).collect(), Coverage::Whole)
}
