//! The files around a manifest: the records that it refers to, and those of agreements with their signatures.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::evidence::{Assumed, Records};
use super::{files, output};
use crate::agreement::{FOLDER, Kept, LARGEST, Signature};
use crate::discover::shown;
use crate::lint::{Around, EvidenceState};
use crate::signature::LARGEST_SIGNATURE;
use crate::text::{Lang, Localized, both};

/// Most signatures beside one record that are looked at.
const MOST_SIGNATURES: usize = 64;

/// The names in a folder, or why it cannot be listed.
type Listed = Result<Arc<BTreeSet<String>>, Localized>;

/// What lies in the folders for records: each is listed once in a run, since it may belong to very many manifests.
#[derive(Default)]
pub(super) struct Folders<'a> {
    listed: Mutex<HashMap<PathBuf, Listed>>,
    left_out: Option<&'a Assumed<'a>>,
}

impl<'a> Folders<'a> {
    /// Folders without the files for which a function says so.
    pub(super) fn without(left_out: &'a Assumed<'a>) -> Folders<'a> {
        Folders {
            left_out: Some(left_out),
            ..Folders::default()
        }
    }

    /// The names of the files in a folder; none where there is none, and in one that is a link.
    fn names(&self, folder: &Path) -> Listed {
        let mut folders = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listed) = folders.get(folder) {
            return listed.clone();
        }
        let listed = self.list(folder).map(Arc::new);
        folders.insert(folder.to_owned(), listed.clone());
        listed
    }

    fn list(&self, folder: &Path) -> Result<BTreeSet<String>, Localized> {
        let place = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        if place.is_symlink() {
            return Ok(BTreeSet::new());
        }
        let is_left_out = |path: &Path| self.left_out.is_some_and(|left_out| left_out(path));
        match place.read_dir() {
            Ok(entries) => {
                let entries = entries.flatten().filter(|entry| !is_left_out(&entry.path()));
                Ok(entries.map(|entry| shown(Path::new(&entry.file_name()))).collect())
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(BTreeSet::new())
            }
            Err(error) => Err(in_both(&error)),
        }
    }
}

/// The files around one manifest.
pub(super) struct Surroundings<'a> {
    /// Its path; none for one from standard input.
    manifest: Option<&'a Path>,
    assumed: &'a Assumed<'a>,
    folders: &'a Folders<'a>,
    lang: Lang,
    /// Most manifests refer to no file: where the repository is, is found out when one does.
    records: OnceLock<Records>,
}

impl<'a> Surroundings<'a> {
    /// Those of a manifest at a path. Records for which `assumed` says so are taken to be in order.
    pub(super) fn of(
        manifest: Option<&'a Path>,
        assumed: &'a Assumed<'a>,
        folders: &'a Folders<'a>,
        lang: Lang,
    ) -> Surroundings<'a> {
        Surroundings {
            manifest,
            assumed,
            folders,
            lang,
            records: OnceLock::new(),
        }
    }

    fn records(&self) -> &Records {
        self.records.get_or_init(|| Records::of(self.manifest, self.lang))
    }

    /// Where the record of an agreement lies: a file of the repository, not behind a link.
    ///
    /// # Errors
    /// It does not.
    pub(super) fn place(&self, path: &str) -> Result<PathBuf, EvidenceState> {
        let file = self.records().inside(path).ok_or(EvidenceState::Outside)?;
        match self.records().look_up(path, None, &|_| false) {
            EvidenceState::Found if self.records().is_direct(&file) => Ok(file),
            EvidenceState::Found => Err(EvidenceState::Link),
            state => Err(state),
        }
    }
}

impl Around for Surroundings<'_> {
    fn record(&self, path: &str, sha256: Option<&str>) -> EvidenceState {
        self.records().look_up(path, sha256, self.assumed)
    }

    fn agreement(&self, path: &str) -> Result<Kept, EvidenceState> {
        if self.records().inside(path).is_some_and(|file| (self.assumed)(&file)) {
            return Err(EvidenceState::Found);
        }
        let file = self.place(path)?;
        kept(&file, self.folders, self.lang).map_err(EvidenceState::Unreadable)
    }

    fn agreements(&self, system: &str) -> Result<Vec<String>, String> {
        let folder = self
            .manifest
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .join(FOLDER);
        let names = self
            .folders
            .names(&folder)
            .map_err(|why| why.get(self.lang).to_owned())?;
        let mut of_system = beginning_with(&names, &format!("{system}-"));
        of_system.retain(|name| name.ends_with(".yaml") && !folder.join(name).is_dir());
        Ok(of_system)
    }
}

/// A record and the signatures beside it.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn kept(file: &Path, folders: &Folders<'_>, lang: Lang) -> Result<Kept, String> {
    let bytes = files::read(file, LARGEST).map_err(|error| output::reason(&error, lang))?;
    if bytes.len() > LARGEST {
        return Err(lang
            .pick("it is larger than 1 MiB", "det er større enn 1 MiB")
            .to_owned());
    }
    Ok(Kept {
        bytes,
        signatures: signatures(file, folders),
    })
}

/// The files beside a record that hold signatures: its name and `.sig`, or its name, something, and `.sig`.
fn signatures(record: &Path, folders: &Folders<'_>) -> Vec<Signature> {
    let (Some(folder), Some(name)) = (record.parent(), record.file_name()) else {
        return Vec::new();
    };
    let start = format!("{}.", shown(Path::new(name)));
    let names = match folders.names(folder) {
        Ok(names) => names,
        Err(why) => {
            return vec![Signature {
                name: format!("{start}*.sig"),
                bytes: Err(why),
            }];
        }
    };
    let mut names = beginning_with(&names, &start);
    names.retain(|name| name.ends_with(".sig"));
    let too_many = names.len() > MOST_SIGNATURES;
    names.truncate(MOST_SIGNATURES);
    let signatures = names.into_iter().map(|name| Signature {
        bytes: signature(&folder.join(&name)),
        name,
    });
    let mut signatures: Vec<Signature> = signatures.collect();
    signatures.extend(too_many.then(|| Signature {
        name: format!("{start}*.sig"),
        bytes: Err(both(
            format!("there are more than {MOST_SIGNATURES} signatures; the rest were not read"),
            format!("det er flere enn {MOST_SIGNATURES} signaturer. Resten er ikke lest"),
        )),
    }));
    signatures
}

fn beginning_with(names: &BTreeSet<String>, start: &str) -> Vec<String> {
    let names = names.range(start.to_owned()..);
    names.take_while(|name| name.starts_with(start)).cloned().collect()
}

fn signature(path: &Path) -> Result<Vec<u8>, Localized> {
    let is_file = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
    if !is_file {
        return Err(both("it is not a regular file", "det er ikke en vanlig fil"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_SIGNATURE as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(in_both(&error)),
    }
}

/// Why the system refused, in both languages.
fn in_both(error: &io::Error) -> Localized {
    both(output::reason(error, Lang::En), output::reason(error, Lang::Nb))
}
