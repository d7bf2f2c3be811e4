//! Finds manifests on the file system, and opens nothing but regular files inside the repository.

use std::collections::HashSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Endings of a manifest's file name.
pub const ENDINGS: [&str; 2] = [".tillit.yaml", ".tillit.yml"];

/// A file to check, or the reason why it is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A regular file.
    File(PathBuf),
    /// A folder, a device, a link out of the repository or the like, with the name of a manifest.
    NotAFile(PathBuf),
}

impl Found {
    /// The path.
    pub fn path(&self) -> &Path {
        match self {
            Found::File(path) | Found::NotAFile(path) => path,
        }
    }
}

/// Something that could not be walked or read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct Unreadable {
    /// The path.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// What is left out: patterns as in `.gitignore`, relative to a folder.
#[derive(Clone, Debug)]
pub struct Exclude(GitignoreBuilder);

impl Exclude {
    /// Leaves nothing out yet; patterns will be relative to this folder.
    pub fn below(folder: &Path) -> Exclude {
        Exclude(GitignoreBuilder::new(plain(folder)))
    }

    /// Whether a file, or a folder that it is in, is left out.
    pub fn matches(&self, path: &Path) -> bool {
        let full = plain(path);
        let is_it = |exclude: Gitignore| exclude.matched_path_or_any_parents(&full, false).is_ignore();
        self.0
            .build()
            .is_ok_and(|exclude| full.starts_with(exclude.path()) && is_it(exclude))
    }

    /// Leaves out what this pattern says; false when it is not a pattern.
    pub fn add(&mut self, pattern: &str) -> bool {
        self.0.add_line(None, pattern).is_ok()
    }
}

/// The manifests under these paths, each once, in the order of their names. A file that is named
/// is checked whatever it is called. Errors on the way do not hide what else is there.
pub fn discover(paths: &[PathBuf], exclude: &Exclude) -> (Vec<Found>, Vec<Unreadable>) {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        match path.symlink_metadata() {
            Err(error) => errors.push(Unreadable {
                path: path.clone(),
                error,
            }),
            Ok(meta) if meta.is_dir() => walk(path, exclude, &mut found, &mut errors),
            Ok(_) => found.push(look_at(path)),
        }
    }
    found.sort_by(|a, b| a.path().cmp(b.path()));
    // Only several paths can lead to the same file.
    if paths.len() > 1 {
        let mut seen = HashSet::new();
        found.retain(|f| seen.insert(plain(f.path())));
    }
    (found, errors)
}

/// Whether a path is that of a manifest, by its name.
pub fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    ENDINGS.iter().any(|end| name.len() > end.len() && name.ends_with(end))
}

/// Whether nothing in a path below a folder is hidden.
pub fn is_open(below: &Path) -> bool {
    !below.iter().any(|name| name.to_string_lossy().starts_with('.'))
}

/// The full path without `.` and `..`, by its words alone.
pub fn plain(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in full.components() {
        match component {
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}

fn walk(path: &Path, exclude: &Exclude, found: &mut Vec<Found>, errors: &mut Vec<Unreadable>) {
    if let Some(odd) = plain(path).ancestors().find_map(endless) {
        errors.push(odd);
        return;
    }
    let mut builder = WalkBuilder::new(path);
    builder
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(Ord::cmp);
    let exclude = exclude.0.build().ok().filter(|exclude| !exclude.is_empty());
    let odd = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&odd);
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
        let is_out = |exclude: &Gitignore| exclude.matched(plain(entry.path()), is_folder).is_ignore();
        if entry.depth() == 0 {
            return true;
        }
        if exclude.as_ref().is_some_and(is_out) {
            return false;
        }
        let odd = Some(entry.path()).filter(|_| is_folder).and_then(endless);
        let is_odd = odd.is_some();
        if let Ok(mut seen) = seen.lock() {
            seen.extend(odd);
        }
        !is_odd
    });
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                if is_manifest(&entry.file_name().to_string_lossy()) && entry.depth() > 0 {
                    found.push(look_at(entry.path()));
                }
            }
            Err(error) => {
                let path = error_path(&error).unwrap_or_else(|| path.to_owned());
                let error = error
                    .into_io_error()
                    .unwrap_or_else(|| io::Error::other("cannot be walked"));
                errors.push(Unreadable { path, error });
            }
        }
    }
    if let Ok(mut odd) = odd.lock() {
        errors.append(&mut odd);
    }
}

/// A list of what is ignored that is no regular file. The walk reads such lists on its way: a pipe would make
/// it wait, a device would never end. The folder is not walked then.
fn endless(folder: &Path) -> Option<Unreadable> {
    let lists = [".gitignore", ".ignore"].map(|name| folder.join(name));
    let path = lists
        .into_iter()
        .find(|list| list.metadata().is_ok_and(|meta| !meta.is_file()))?;
    let error = io::ErrorKind::InvalidInput.into();
    Some(Unreadable { path, error })
}

fn error_path(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        _ => None,
    }
}

/// What a path is. A link counts as what it leads to, if that lies in the same repository.
pub fn look_at(path: &Path) -> Found {
    let not = || Found::NotAFile(path.to_owned());
    let Ok(meta) = path.symlink_metadata() else {
        return Found::File(path.to_owned());
    };
    if meta.is_file() {
        return Found::File(path.to_owned());
    }
    if !meta.is_symlink() {
        return not();
    }
    let inside = path.canonicalize().is_ok_and(|target| {
        let root = repository(path).and_then(|root| root.canonicalize().ok());
        target.is_file() && root.is_some_and(|root| target.starts_with(root))
    });
    if inside { Found::File(path.to_owned()) } else { not() }
}

/// The root of the repository that a path lies in: the nearest folder above with a `.git`.
pub fn repository(path: &Path) -> Option<PathBuf> {
    let full = std::path::absolute(path).ok()?;
    full.ancestors()
        .skip(1)
        .chain(full.is_dir().then_some(full.as_path()))
        .find(|f| f.join(".git").exists())
        .map(Path::to_owned)
}

/// A path as people see it: relative, with `/`, without a leading `./`.
pub fn shown(path: &Path) -> String {
    let mut parts = Vec::new();
    let mut start = "";
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => start = "/",
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    let joined = parts.join("/");
    if joined.is_empty() && start.is_empty() {
        ".".to_owned()
    } else {
        format!("{start}{joined}")
    }
}
