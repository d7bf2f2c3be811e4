//! Looks for the files that a manifest refers to, and reads none outside the repository.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::output;
use crate::discover::{plain, repository};
use crate::lint::EvidenceState;
use crate::text::{Lang, hex};

/// Largest record whose hash is worked out, in bytes.
const LARGEST: u64 = 256 << 20;

/// Whether a record at a path is taken to be in order.
pub(super) type Assumed<'a> = dyn Fn(&Path) -> bool + Sync + 'a;

/// The records of one manifest.
pub(super) struct Records {
    /// Folder of the manifest.
    folder: PathBuf,
    /// Nothing outside this folder is read.
    root: PathBuf,
    /// The language of reasons.
    lang: Lang,
}

impl Records {
    /// Records of a manifest at this path, or of one from standard input.
    pub(super) fn of(manifest: Option<&Path>, lang: Lang) -> Records {
        let here = std::path::absolute(".").unwrap_or_else(|_| PathBuf::from("."));
        let folder = match manifest {
            Some(path) => {
                let full = plain(path);
                full.parent().map_or_else(|| here.clone(), Path::to_owned)
            }
            None => here.clone(),
        };
        let root = repository(&folder).unwrap_or_else(|| {
            if folder.starts_with(&here) {
                here
            } else {
                folder.clone()
            }
        });
        Records { folder, root, lang }
    }

    /// What became of a record. One for which `assumed` says so counts as found.
    pub(super) fn look_up(&self, path: &str, sha256: Option<&str>, assumed: &Assumed<'_>) -> EvidenceState {
        let Some(inside) = self.inside(path) else {
            return EvidenceState::Outside;
        };
        if assumed(&inside) {
            return EvidenceState::Found;
        }
        let (target, root) = match (inside.canonicalize(), self.root.canonicalize()) {
            (Ok(target), Ok(root)) => (target, root),
            (Err(error), _) if error.kind() == io::ErrorKind::NotFound => return EvidenceState::Missing,
            (Err(error), _) | (_, Err(error)) => return EvidenceState::Unreadable(output::reason(&error, self.lang)),
        };
        // A link may lead out although the path does not.
        if !target.starts_with(&root) {
            return EvidenceState::Outside;
        }
        match target.metadata() {
            Ok(meta) if !meta.is_file() => EvidenceState::NotAFile,
            Ok(meta) if sha256.is_some() && meta.len() > LARGEST => {
                let mib = LARGEST >> 20;
                EvidenceState::Unreadable(match self.lang {
                    Lang::En => format!("it is larger than {mib} MiB"),
                    Lang::Nb => format!("den er større enn {mib} MiB"),
                })
            }
            Ok(_) => match sha256 {
                None => EvidenceState::Found,
                Some(wanted) => match hash(&target) {
                    Ok(found) if found == wanted => EvidenceState::Found,
                    Ok(found) => EvidenceState::WrongHash(found),
                    Err(error) => EvidenceState::Unreadable(output::reason(&error, self.lang)),
                },
            },
            Err(error) => EvidenceState::Unreadable(output::reason(&error, self.lang)),
        }
    }

    /// Whether nothing on the way from the root to a path is a link.
    pub(super) fn is_direct(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.root).ok();
        let real = self
            .root
            .canonicalize()
            .ok()
            .zip(below)
            .map(|(root, below)| root.join(below));
        real.is_some() && path.canonicalize().ok() == real
    }

    /// The path below the root, worked out by its words alone, before anything is touched.
    pub(super) fn inside(&self, path: &str) -> Option<PathBuf> {
        let windows_root = path.contains('\\') || path.get(1..2) == Some(":");
        if path.is_empty() || path.contains('\0') || windows_root {
            return None;
        }
        let mut full = self.folder.clone();
        for component in Path::new(path).components() {
            match component {
                // What git keeps for itself is no record of the undertaking.
                Component::Normal(part) if part == ".git" => return None,
                Component::Normal(part) => full.push(part),
                Component::CurDir => {}
                Component::ParentDir => {
                    full.pop();
                    if !full.starts_with(&self.root) {
                        return None;
                    }
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        full.starts_with(&self.root).then_some(full)
    }
}

fn hash(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hex(&hasher.finalize()))
}
