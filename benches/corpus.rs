//! Writes manifests to measure with, the same on every run:
//!
//! ```text
//! cargo bench --bench corpus -- FOLDER COUNT [none|fifth|five]
//! cargo bench --bench corpus -- FILE.tillit.yaml COUNTMB [none|fifth|five]
//! ```
//!
//! The first form writes that many files, 100 to a folder; the second one file of that size with
//! many documents. Every fifth manifest has one fault unless said otherwise. Beside them lies
//! `….injected.json`, which says what was put in.

mod manifest;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use manifest::{Faults, make};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    // Cargo adds `--bench`.
    let args: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let faults = match args.get(2).map(String::as_str) {
        Some("none") => Faults::None,
        Some("five") => Faults::FiveEach,
        _ => Faults::EveryFifth,
    };
    let (Some(out), Some(size)) = (args.first().map(PathBuf::from), args.get(1)) else {
        println!("usage: corpus FOLDER COUNT [none|fifth|five] | corpus FILE COUNTMB [none|fifth|five]");
        return Ok(());
    };
    let number = |text: &str| text.parse::<usize>().map_err(io::Error::other);
    let injected = match size.strip_suffix("MB") {
        Some(megabytes) => one_file(&out, number(megabytes)? * 1_000_000, faults)?,
        None => many_files(&out, number(size)?, faults)?,
    };
    let beside = out.with_extension("injected.json");
    fs::write(&beside, format!("{injected:#}\n"))
}

/// Counts what was put in.
#[derive(Default)]
struct Tally {
    manifests: usize,
    bytes: usize,
    by_rule: BTreeMap<&'static str, usize>,
    by_place: BTreeMap<String, Vec<&'static str>>,
}

impl Tally {
    fn add(&mut self, place: String, text: &str, rules: Vec<&'static str>) {
        self.manifests += 1;
        self.bytes += text.len();
        for rule in &rules {
            *self.by_rule.entry(rule).or_default() += 1;
        }
        if !rules.is_empty() {
            self.by_place.insert(place, rules);
        }
    }

    fn json(self) -> Value {
        json!({
            "manifests": self.manifests,
            "bytes": self.bytes,
            "faults": self.by_rule.values().sum::<usize>(),
            "by_rule": self.by_rule,
            "by_place": self.by_place,
        })
    }
}

fn many_files(out: &Path, count: usize, faults: Faults) -> io::Result<Value> {
    let mut tally = Tally::default();
    for number in 1..=count {
        let made = make(number, faults);
        let place = format!("unit-{:03}/system-{number:05}.tillit.yaml", (number - 1) / 100);
        let path = out.join(&place);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, &made.text)?;
        tally.add(place, &made.text, made.rules);
    }
    Ok(tally.json())
}

fn one_file(out: &Path, bytes: usize, faults: Faults) -> io::Result<Value> {
    let mut tally = Tally::default();
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = io::BufWriter::new(fs::File::create(out)?);
    while tally.bytes < bytes {
        let made = make(tally.manifests + 1, faults);
        let text = format!("---\n{}", made.text);
        file.write_all(text.as_bytes())?;
        tally.add(format!("document {}", tally.manifests + 1), &text, made.rules);
    }
    file.flush()?;
    Ok(tally.json())
}
