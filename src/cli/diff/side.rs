//! The sides of a comparison: from what people name to the files that it holds.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::cli::files::{STDIN, read, read_stdin};
use crate::cli::git::{Git, Tree};
use crate::cli::{Failure, output};
use crate::diff::Given;
use crate::discover::{Exclude, Found, discover, is_manifest, is_open, look_at, plain, repository, shown};
use crate::lint::Linter;
use crate::text::{Lang, escape, shown as shown_value};

/// Digits that are shown of the name of a commit.
const COMMIT: usize = 12;

/// What people named.
pub(super) enum Named {
    /// OLD and NEW.
    Two(Source, Source),
    /// A revision, and the paths to look at.
    Since(String, Vec<PathBuf>),
}

/// One side.
pub(super) enum Source {
    Stdin,
    Path(PathBuf),
    /// A revision, and a path in it.
    Revision(String, String),
}

/// The files of both sides.
pub(super) struct Sides {
    pub(super) old: Vec<Given>,
    pub(super) new: Vec<Given>,
    /// The files of the file system among them.
    pub(super) inputs: Vec<PathBuf>,
}

/// How files are looked for and called.
pub(super) struct Files<'a> {
    pub(super) linter: &'a Linter,
    pub(super) exclude: &'a Exclude,
    /// By their paths from the root of the repository, not from the present folder.
    pub(super) from_root: bool,
}

impl Named {
    /// Understands the arguments.
    ///
    /// # Errors
    /// Too few or too many, or something that is neither there nor a revision with a path.
    pub(super) fn read(named: &[PathBuf], since: Option<&str>, lang: Lang) -> Result<Named, Failure> {
        if let Some(revision) = since {
            let mut paths = named.to_vec();
            if paths.iter().any(|path| path.as_os_str() == "-") {
                return Err(Failure::say(
                    lang,
                    "standard input has no past; compare it with a file of the revision: tillit diff REV:PATH -",
                    "standard inn har ingen fortid. Sammenlign med en fil i revisjonen: tillit diff REV:STI -",
                ));
            }
            if paths.is_empty() {
                paths.push(PathBuf::from("."));
            }
            return Ok(Named::Since(revision.to_owned(), paths));
        }
        let [old, new] = named else {
            return Err(Failure::say(
                lang,
                "name two things to compare, OLD and NEW, or a revision with --since; `tillit diff --help` shows examples",
                "oppgi to ting å sammenligne, OLD og NEW, eller en revisjon med --since. `tillit diff --help` viser eksempler",
            ));
        };
        let (old, new) = (Source::read(old, lang)?, Source::read(new, lang)?);
        match (&old, &new) {
            (Source::Stdin, Source::Stdin) => Err(Failure::say(
                lang,
                "standard input can only be one of the two sides",
                "standard inn kan bare være den ene av de to sidene",
            )),
            _ => Ok(Named::Two(old, new)),
        }
    }

    /// Where the configuration that counts is looked for.
    pub(super) fn search(&self) -> Vec<PathBuf> {
        let here = || PathBuf::from(".");
        match self {
            Named::Since(_, paths) => paths.clone(),
            Named::Two(_, Source::Path(path)) => vec![path.clone()],
            Named::Two(_, Source::Stdin) => vec![here()],
            Named::Two(_, Source::Revision(_, path)) => {
                let place = repository(Path::new(".")).map(|root| root.join(path));
                vec![place.filter(|place| place.exists()).unwrap_or_else(here)]
            }
        }
    }

    /// Reads what is there.
    ///
    /// # Errors
    /// A path or a revision that is not there, or `git` does not answer.
    pub(super) fn files(&self, files: &Files<'_>) -> Result<Sides, Failure> {
        match self {
            Named::Two(old, new) => {
                let has_past = matches!((old, new), (Source::Revision(..), _) | (_, Source::Revision(..)));
                let (old, mut inputs) = files.of(old, has_past, "OLD")?;
                let (new, more) = files.of(new, has_past, "NEW")?;
                inputs.extend(more);
                Ok(Sides { old, new, inputs })
            }
            Named::Since(revision, paths) => files.since(revision, paths),
        }
    }
}

impl Source {
    fn read(named: &Path, lang: Lang) -> Result<Source, Failure> {
        if named.as_os_str() == "-" {
            return Ok(Source::Stdin);
        }
        if named.symlink_metadata().is_ok() {
            return Ok(Source::Path(named.to_owned()));
        }
        let name = escape(&shown(named)).into_owned();
        match named.to_str().and_then(|named| named.split_once(':')) {
            Some(("", _)) => Err(Failure::say(
                lang,
                format!("`{name}` names no revision before the colon; write it as HEAD:planner.tillit.yaml"),
                format!("`{name}` oppgir ingen revisjon foran kolonet. Skriv den slik: HEAD:planner.tillit.yaml"),
            )),
            Some((revision, path)) => Ok(Source::Revision(revision.to_owned(), path.to_owned())),
            None => Err(Failure::say(
                lang,
                format!("there is no file or folder `{name}`; what was there in a revision is named as REV:PATH"),
                format!("det finnes ingen fil eller mappe `{name}`. Det som var der i en revisjon, skrives REV:STI"),
            )),
        }
    }
}

impl Files<'_> {
    fn lang(&self) -> Lang {
        self.linter.lang
    }

    /// The files of one side, and those of the file system among them. With a past beside it, what git keeps counts
    /// even where it is ignored.
    fn of(&self, source: &Source, has_past: bool, side: &'static str) -> Result<(Vec<Given>, Vec<PathBuf>), Failure> {
        match source {
            Source::Stdin => {
                let given = Given {
                    name: STDIN.into(),
                    inside: "".into(),
                    bytes: Ok(read_stdin(self.linter)?),
                };
                Ok((vec![given], Vec::new()))
            }
            Source::Path(path) => {
                let git = match has_past && path.is_dir() && repository(path).is_some() {
                    true => Some(Git::open(path, side, self.lang())?),
                    false => None,
                };
                let root = plain(path);
                Ok(self.on_disk(std::slice::from_ref(path), git.as_ref(), &root)?)
            }
            Source::Revision(revision, path) => {
                let git = Git::open(Path::new("."), side, self.lang())?;
                let tree = git.tree(&git.commit(revision)?, revision)?;
                let path = self.inside(&git, path, side)?;
                let given = self.in_tree(&git, &tree, &path, &path);
                if given.is_empty() && !path.is_empty() && !is_folder(&tree, &path) {
                    let (path, revision) = (shown_value(&path), shown_value(revision));
                    return Err(Failure::say(
                        self.lang(),
                        format!("{side}: there is no file or folder `{path}` in {revision}"),
                        format!("{side}: det finnes ingen fil eller mappe `{path}` i {revision}"),
                    ));
                }
                Ok((given, Vec::new()))
            }
        }
    }

    /// What was and what is below the paths.
    fn since(&self, revision: &str, paths: &[PathBuf]) -> Result<Sides, Failure> {
        let (lang, option) = (self.lang(), "--since");
        let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
        let git = Git::open(first, option, lang)?;
        let fork = git.fork(&git.commit(revision)?, revision)?;
        let tree = git.tree(&fork, revision)?;
        let (mut there, mut old) = (Vec::new(), Vec::new());
        for path in paths {
            let name = escape(&shown(path)).into_owned();
            let Some(inside) = inside(&git, path) else {
                return Err(Failure::say(
                    lang,
                    format!("{option}: {name} is not in the same repository"),
                    format!("{option}: {name} er ikke i samme kodelager"),
                ));
            };
            let before = self.in_tree(&git, &tree, &inside, "");
            let is_there = path.symlink_metadata().is_ok();
            if !is_there && before.is_empty() && !is_folder(&tree, &inside) {
                return Err(Failure::say(
                    lang,
                    format!("there is no file or folder `{name}`, neither here nor in the revision"),
                    format!("det finnes ingen fil eller mappe `{name}`, verken her eller i revisjonen"),
                ));
            }
            there.extend(is_there.then(|| path.clone()));
            old.extend(before);
        }
        // Paths may lie in each other.
        let mut seen = HashSet::new();
        old.retain(|given| seen.insert(Arc::clone(&given.inside)));
        let (mut new, inputs) = self.on_disk(&there, Some(&git), &git.root)?;
        let same = same_links(&git, &tree, &git.changed(&fork)?, &new);
        for given in old.iter_mut().chain(&mut new) {
            if same.contains(&given.inside) {
                // The same on both sides, and no manifest: as such it is counted.
                given.bytes = Ok(given.inside.as_bytes().to_vec());
            }
        }
        Ok(Sides { old, new, inputs })
    }

    /// What lies on the file system.
    fn on_disk(
        &self,
        paths: &[PathBuf],
        git: Option<&Git>,
        root: &Path,
    ) -> Result<(Vec<Given>, Vec<PathBuf>), Failure> {
        let lang = self.lang();
        let (mut found, unwalked) = discover(paths, self.exclude);
        if let Some(git) = git {
            let seen: HashSet<PathBuf> = found.iter().map(|found| plain(found.path())).collect();
            let tracked = git.manifests(paths, self.exclude)?.into_iter();
            found.extend(
                tracked
                    .filter(|path| !seen.contains(&plain(path)))
                    .map(|path| look_at(&path)),
            );
        }
        let given = |path: &Path, bytes: Result<Vec<u8>, String>| {
            let inside = plain(path).strip_prefix(root).map(shown).unwrap_or_default();
            Given {
                name: self.name(path),
                inside: if inside == "." { "".into() } else { inside.into() },
                bytes,
            }
        };
        let of_found = |found: &Found| match found {
            Found::File(path) => {
                let bytes = read(path, self.linter.limits.bytes).map_err(|error| output::reason(&error, lang));
                given(path, bytes)
            }
            Found::NotAFile(path) => {
                let reason = lang.pick(
                    "it is not a regular file of this repository",
                    "det er ikke en vanlig fil i dette kodelageret",
                );
                given(path, Err(reason.to_owned()))
            }
        };
        let mut all: Vec<Given> = found.par_iter().map(of_found).collect();
        let unwalked = unwalked.iter();
        all.extend(unwalked.map(|unread| given(&unread.path, Err(output::reason(&unread.error, lang)))));
        Ok((all, found.iter().map(|found| found.path().to_owned()).collect()))
    }

    /// What people call a file.
    fn name(&self, path: &Path) -> Arc<str> {
        let root = repository(Path::new("."))
            .filter(|_| self.from_root)
            .map(|root| plain(&root));
        let full = plain(path);
        let inside = root.as_ref().and_then(|root| full.strip_prefix(root).ok());
        escape(&shown(inside.unwrap_or(path))).into()
    }

    /// What lies in a revision: a file, or the manifests below a folder. Paths begin below `root`.
    fn in_tree(&self, git: &Git, tree: &Tree<'_>, path: &str, root: &str) -> Vec<Given> {
        let lang = self.lang();
        let revision = match &tree.name {
            name if name.len() == 40 && name.bytes().all(|b| b.is_ascii_hexdigit()) => &name[..COMMIT],
            name => name,
        };
        let given = |file: &str, bytes: Result<Vec<u8>, String>| Given {
            name: format!("{}:{}", escape(revision), escape(file)).into(),
            inside: below(file, root).unwrap_or_default().into(),
            bytes,
        };
        let not_followed = |is_repository: bool| {
            let (en, nb) = match is_repository {
                true => (
                    "it is a submodule there, which is not looked into",
                    "det er en undermodul der, som ikke undersøkes",
                ),
                false => (
                    "it is a link there, which is not followed",
                    "det er en lenke der, som ikke følges",
                ),
            };
            Err(lang.pick(en, nb).to_owned())
        };
        if let Some(other) = tree.behind(path) {
            let is_repository = tree
                .elsewhere()
                .any(|(name, is_repository)| name == other && is_repository);
            return vec![given(other, not_followed(is_repository))];
        }
        let is_wanted = |file: &&str| {
            let open = below(file, path).is_some_and(|rest| is_manifest(file) && is_open(Path::new(rest)));
            *file == path || (open && !self.exclude.matches(&git.root.join(file)))
        };
        let read = |file: &str| match tree.read(file) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(String::new()),
            Err(Failure::Message(reason)) => {
                let error = lang.pick("error: ", "feil: ");
                Err(reason.trim_start_matches(error).to_owned())
            }
            Err(_) => Err(String::new()),
        };
        let mut all: Vec<Given> = tree
            .paths()
            .filter(is_wanted)
            .map(|file| given(file, read(file)))
            .collect();
        let others = tree.elsewhere().filter(|(file, is_repository)| match is_repository {
            true => below(file, path).is_some_and(|rest| is_open(Path::new(rest))),
            false => is_wanted(file),
        });
        all.extend(others.map(|(file, is_repository)| given(file, not_followed(is_repository))));
        all
    }

    /// The path from the root of the repository of what follows the colon.
    fn inside(&self, git: &Git, path: &str, side: &str) -> Result<String, Failure> {
        let is_here = path.split('/').next().is_some_and(|first| matches!(first, "." | ".."));
        let full = match is_here {
            true => PathBuf::from(path),
            false => git.root.join(path),
        };
        inside(git, &full).ok_or_else(|| {
            let path = shown_value(path);
            Failure::say(
                self.lang(),
                format!("{side}: `{path}` leads out of the repository; paths begin at its root"),
                format!("{side}: `{path}` fører ut av kodelageret. Stier begynner ved roten av det"),
            )
        })
    }
}

/// The links that are as they were and lead to what is as it was, or is compared itself.
fn same_links(git: &Git, tree: &Tree<'_>, changed: &BTreeSet<String>, new: &[Given]) -> HashSet<Arc<str>> {
    let there: HashSet<&str> = new.iter().map(|given| &*given.inside).collect();
    let root = git.root.canonicalize().unwrap_or_else(|_| git.root.clone());
    let is_same = |path: &str| {
        let target = git.root.join(path).canonicalize().ok();
        // What lies elsewhere, or nowhere, no change of this repository touches.
        let target = target.and_then(|target| Some(shown(target.strip_prefix(&root).ok()?)));
        target.is_none_or(|target| {
            let touched = || {
                Path::new(&target)
                    .ancestors()
                    .any(|above| changed.contains(&shown(above)))
            };
            there.contains(&*target) && target != path || !touched()
        })
    };
    let links = tree.elsewhere().filter(|(_, is_repository)| !is_repository);
    links
        .filter(|(path, _)| !changed.contains(*path) && there.contains(path) && is_same(path))
        .map(|(path, _)| path.into())
        .collect()
}

/// The path from the root of a repository; empty for the root itself.
fn inside(git: &Git, path: &Path) -> Option<String> {
    let inside = git.inside(path)?;
    Some(if inside == "." { String::new() } else { inside })
}

/// The rest of a path below a folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    match folder {
        "" => Some(path),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

fn is_folder(tree: &Tree<'_>, path: &str) -> bool {
    path.is_empty() || tree.paths().any(|file| below(file, path).is_some())
}
