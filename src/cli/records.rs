//! Finds the records of agreements that paths stand for: the files themselves, those that manifests name, and those
//! in folders.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::around::{Folders, Surroundings};
use super::{files, output};
use crate::agreement::FOLDER;
use crate::discover::{is_manifest, is_open, plain, shown};
use crate::lint::{self, Linter};
use crate::schema::Manifest;
use crate::source::SourceFile;
use crate::text::{Lang, Localized, both, escape, for_shell, shown as shown_value};
use crate::value::Value;
use crate::yaml::Documents;

/// A record.
pub(super) struct Record {
    /// Its file, by the first path that led there.
    pub(super) file: PathBuf,
    /// The manifests that say its SHA-256, and what they say.
    pub(super) hashes: Vec<(String, String)>,
}

/// What paths stand for.
#[derive(Default)]
pub(super) struct Records {
    /// The records, each once.
    pub(super) records: Vec<Record>,
    /// What could not be read, or names no record.
    pub(super) missing: Vec<Localized>,
    known: HashMap<PathBuf, usize>,
}

impl Records {
    /// Looks at every path once, whatever is wrong with another.
    pub(super) fn of(paths: &[PathBuf], linter: &Linter) -> Records {
        let mut found = Records::default();
        let mut seen = HashSet::new();
        for path in paths.iter().filter(|path| seen.insert(plain(path))) {
            match path.metadata() {
                Err(error) => found.unreadable(path, &error),
                Ok(meta) if meta.is_dir() => found.folder(path),
                Ok(_) if is_manifest(&path.to_string_lossy()) => found.manifest(path, linter),
                Ok(_) => found.add(path.clone(), None),
            }
        }
        found
    }

    fn add(&mut self, file: PathBuf, hash: Option<(String, String)>) {
        let number = *self.known.entry(plain(&file)).or_insert(self.records.len());
        if number == self.records.len() {
            let hashes = Vec::new();
            self.records.push(Record { file, hashes });
        }
        self.records[number].hashes.extend(hash);
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let path = shown(path);
        self.missing.push(both(
            format!("cannot read {path}: {}", output::reason(error, Lang::En)),
            format!("kan ikke lese {path}: {}", output::reason(error, Lang::Nb)),
        ));
    }

    /// The records in the folders of that name. What is hidden is passed over, as it is for manifests.
    fn folder(&mut self, path: &Path) {
        let is_seen = |entry: &walkdir::DirEntry| entry.depth() == 0 || is_open(Path::new(entry.file_name()));
        let walk = WalkDir::new(path).follow_links(false).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(is_seen) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let place = error.path().unwrap_or(path).to_owned();
                    self.unreadable(&place, &error.into());
                    continue;
                }
            };
            let folder = entry.path().parent().and_then(Path::file_name);
            let is_record = entry.path().extension().is_some_and(|end| end == "yaml")
                && folder.is_some_and(|folder| folder == FOLDER);
            if is_record && !entry.file_type().is_dir() {
                let path = entry.into_path();
                self.add(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path), None);
            }
        }
    }

    /// The record that each manifest in a file names.
    fn manifest(&mut self, path: &Path, linter: &Linter) {
        let bytes = match files::read(path, linter.limits.bytes) {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable(path, &error),
        };
        let name = escape(&shown(path)).into_owned();
        let Ok(source) = SourceFile::from_bytes(name.as_str(), bytes) else {
            return self.unclear(&name);
        };
        let (folders, rules) = (Folders::default(), &linter.rules);
        let around = Surroundings::of(Some(path), &|_| false, &folders, linter.lang);
        let beside = path.parent().unwrap_or(Path::new(""));
        let (mut documents, mut is_unclear) = (0, false);
        for document in Documents::new(source.text(), linter.limits, false) {
            documents += 1;
            let manifest = Manifest::read(&document, &rules.shape, &rules.vocabularies, true);
            let has_mistakes = document.broken || !document.problems.is_empty() || !manifest.problems.is_empty();
            let text = |key| match manifest.at("codetermination.agreement") {
                Value::Evidence(node) => document.text(document.get(node, key)?),
                _ => None,
            };
            match text("file") {
                Some(file) => match around.place(file) {
                    Ok(_) => {
                        let hash = text("sha256").map(|hash| (name.clone(), hash.to_owned()));
                        self.add(beside.join(file), hash);
                    }
                    Err(state) => {
                        let why = lint::missing(file, &state);
                        self.missing
                            .push(both(format!("{name}: {}", why.en), format!("{name}: {}", why.nb)));
                    }
                },
                None if has_mistakes => is_unclear = true,
                None => {
                    let id = shown_value(manifest.text_at("system.id").unwrap_or_default());
                    self.missing.push(both(
                        format!("{name} names no file with the record of an agreement about `{id}`"),
                        format!("{name} viser ikke til noen fil med dokumentet om en avtale om `{id}`"),
                    ));
                }
            }
        }
        if is_unclear || documents == 0 {
            self.unclear(&name);
        }
    }

    fn unclear(&mut self, name: &str) {
        let word = for_shell(name);
        self.missing.push(both(
            format!(
                "{name} has mistakes of form, so it is not clear which record it names; `tillit check {word}` shows them"
            ),
            format!(
                "{name} har feil i formen, så det er ikke klart hvilket dokument det viser til. `tillit check {word}` viser dem"
            ),
        ));
    }
}
