//! What the program `git` knows: which files changed, and what they were.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::{Failure, output};
use crate::discover::{Exclude, is_manifest, is_open, plain, repository};
use crate::text::{Lang, cut, one_line, shown};

/// Largest file that is read from a revision, in bytes: larger than any that is checked or steers a check.
const LARGEST: u64 = 65 << 20;

/// Columns of what git says that are shown.
const LONGEST: usize = 400;

/// A repository, asked through the program `git`.
pub(super) struct Git {
    /// Its root.
    pub(super) root: PathBuf,
    /// The option that asks, for messages.
    option: &'static str,
    lang: Lang,
    /// Settings that name a program which a `.gitattributes` could call upon.
    filters: Vec<String>,
}

/// The regular files of a revision by their paths from the root.
pub(super) struct Tree<'a> {
    git: &'a Git,
    /// The revision, as people name it.
    pub(super) name: String,
    files: BTreeMap<String, String>,
    /// Links, and what is a repository of its own (`true`): what lies behind them is not looked up.
    elsewhere: BTreeMap<String, bool>,
    reader: RefCell<Option<(Child, BufReader<ChildStdout>)>>,
}

impl Git {
    /// The repository that a path lies in.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn open(path: &Path, option: &'static str, lang: Lang) -> Result<Git, Failure> {
        let root = repository(path).ok_or_else(|| {
            Failure::say(
                lang,
                format!("{option}: this is not in a git repository"),
                format!("{option}: dette er ikke i et git-kodelager"),
            )
        })?;
        let mut git = Git {
            root: plain(&root),
            option,
            lang,
            filters: Vec::new(),
        };
        let pattern = r"^filter\..+\.(clean|smudge|process|required)$";
        // There may be none, which git says with an exit code.
        let found = git.run(&["config", "-z", "--name-only", "--get-regexp", pattern])?;
        let names = String::from_utf8_lossy(&found.stdout);
        git.filters = names
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(git)
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// There is no such revision here, or `git` does not answer.
    pub(super) fn commit(&self, revision: &str) -> Result<String, Failure> {
        let name = format!("{revision}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &name];
        let found = self.run(&arguments)?;
        let commit = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        if found.status.success() && !commit.is_empty() {
            return Ok(commit);
        }
        self.has_answered(&found)?;
        let revision = shown(revision);
        Err(self.remedy(
            format!("there is no revision `{revision}` here"),
            format!("det finnes ingen revisjon `{revision}` her"),
        ))
    }

    /// Where the present state left the way of a commit.
    ///
    /// # Errors
    /// They have nothing in common here, or `git` does not answer.
    pub(super) fn fork(&self, commit: &str, revision: &str) -> Result<String, Failure> {
        let found = self.run(&["merge-base", commit, "HEAD"])?;
        let fork = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        if found.status.success() && !fork.is_empty() {
            return Ok(fork);
        }
        self.has_answered(&found)?;
        let revision = shown(revision);
        Err(self.remedy(
            format!("`{revision}` and what is checked out have no common past here"),
            format!("`{revision}` og det som er sjekket ut, har ingen felles fortid her"),
        ))
    }

    /// The paths of files that are others than in a commit, gone, or new.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn changed(&self, commit: &str) -> Result<BTreeSet<String>, Failure> {
        let mut paths = self.names(&[
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            commit,
            "--",
        ])?;
        paths.extend(self.names(&["ls-files", "-z", "--others", "--exclude-standard"])?);
        // Attributes say how files are checked out: when they change, so may every file below them.
        const ATTRIBUTES: &str = ".gitattributes";
        let above: Vec<String> = paths
            .iter()
            .filter_map(|p| p.strip_suffix(ATTRIBUTES))
            .map(str::to_owned)
            .collect();
        if !above.is_empty() {
            let tracked = self.tracked()?;
            paths.extend(
                tracked
                    .into_iter()
                    .filter(|path| above.iter().any(|folder| path.starts_with(folder.as_str()))),
            );
        }
        Ok(paths)
    }

    /// The paths of all files that git keeps, also of those that `.gitignore` names.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn tracked(&self) -> Result<BTreeSet<String>, Failure> {
        self.names(&["ls-files", "-z"])
    }

    /// Manifests that git keeps below the paths: a change could name them in `.gitignore`. What lies in a hidden
    /// folder is left out, as always.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn manifests(&self, paths: &[PathBuf], exclude: &Exclude) -> Result<Vec<PathBuf>, Failure> {
        let here = plain(Path::new("."));
        let manifests = self.tracked()?.into_iter().filter(|path| is_manifest(path));
        let full = manifests.map(|path| self.root.join(path));
        let is_below = |path: &Path, folder: &Path| path.strip_prefix(plain(folder)).is_ok_and(is_open);
        let below = full.filter(|path| paths.iter().any(|folder| is_below(path, folder)));
        let there = below.filter(|path| path.symlink_metadata().is_ok() && !exclude.matches(path));
        Ok(there
            .map(|path| path.strip_prefix(&here).map(Path::to_owned).unwrap_or(path))
            .collect())
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn tree(&self, commit: &str, name: &str) -> Result<Tree<'_>, Failure> {
        let listed = self.text(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let (mut files, mut elsewhere) = (BTreeMap::new(), BTreeMap::new());
        for line in listed.split('\0') {
            let Some((about, path)) = line.split_once('\t') else {
                continue;
            };
            match about.split(' ').collect::<Vec<_>>()[..] {
                [mode, _, object] if mode.starts_with("100") => _ = files.insert(path.to_owned(), object.to_owned()),
                _ => _ = elsewhere.insert(path.to_owned(), about.starts_with("160000")),
            }
        }
        Ok(Tree {
            git: self,
            name: name.to_owned(),
            files,
            elsewhere,
            reader: RefCell::new(None),
        })
    }

    /// A path from the root, of something below it.
    pub(super) fn inside(&self, path: &Path) -> Option<String> {
        let full = plain(path);
        Some(crate::discover::shown(full.strip_prefix(&self.root).ok()?))
    }

    fn names(&self, arguments: &[&str]) -> Result<BTreeSet<String>, Failure> {
        let text = self.text(arguments)?;
        Ok(text
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn text(&self, arguments: &[&str]) -> Result<String, Failure> {
        let found = self.run(arguments)?;
        if found.status.success() {
            return Ok(String::from_utf8_lossy(&found.stdout).into_owned());
        }
        Err(self.failed(&String::from_utf8_lossy(&found.stderr)))
    }

    fn run(&self, arguments: &[&str]) -> Result<std::process::Output, Failure> {
        self.command(arguments).output().map_err(|error| self.not_there(&error))
    }

    /// `git`, made to answer from what is here: no pager, no network, no lock, no program that the repository
    /// names.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.root)
            .args(["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
            // A folder of the checkout may pose as a repository whose settings name programs to run.
            .args(["-c", "safe.bareRepository=explicit"])
            .args(arguments.iter().map(OsStr::new))
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_COUNT", self.filters.len().to_string())
            .stdin(Stdio::null());
        for (number, name) in self.filters.iter().enumerate() {
            // Without a program, what is there is compared as it is.
            let value = if name.ends_with(".required") { "false" } else { "" };
            command
                .env(format!("GIT_CONFIG_KEY_{number}"), name)
                .env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        command
    }

    fn not_there(&self, error: &std::io::Error) -> Failure {
        let (option, reason) = (self.option, output::reason(error, self.lang));
        Failure::say(
            self.lang,
            format!("{option} needs the program git: {reason}"),
            format!("{option} trenger programmet git: {reason}"),
        )
    }

    /// Fails with git's own words, where it had any.
    fn has_answered(&self, found: &std::process::Output) -> Result<(), Failure> {
        match found.stderr.is_empty() {
            true => Ok(()),
            false => Err(self.failed(&String::from_utf8_lossy(&found.stderr))),
        }
    }

    fn failed(&self, said: &str) -> Failure {
        // What git advises to type stands behind the first line, as for a repository of somebody else.
        let said = cut(&one_line(said), LONGEST).into_owned();
        let option = self.option;
        Failure::say(
            self.lang,
            format!("{option}: git says: {said}"),
            format!("{option}: git sier: {said}"),
        )
    }

    /// Why a revision cannot be compared with, and how it can be.
    fn remedy(&self, en: String, nb: String) -> Failure {
        let found = self.run(&["rev-parse", "--is-shallow-repository"]);
        let is_shallow = found.is_ok_and(|found| found.stdout.starts_with(b"true"));
        let (how_en, how_nb) = match is_shallow {
            true => (
                "this clone is shallow: set `fetch-depth: 0` where it is checked out, or run `git fetch --unshallow`",
                "denne klonen er grunn: sett `fetch-depth: 0` der den sjekkes ut, eller kjør `git fetch --unshallow`",
            ),
            false => (
                "fetch it first, for instance with `git fetch origin main`, and name it as `git rev-parse` knows it",
                "hent den først, for eksempel med `git fetch origin main`, og skriv den slik `git rev-parse` kjenner den",
            ),
        };
        let option = self.option;
        Failure::say(
            self.lang,
            format!("{option}: {en}; {how_en}"),
            format!("{option}: {nb}; {how_nb}"),
        )
    }
}

impl Tree<'_> {
    /// The paths of its files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The paths of its files that begin with a text.
    pub(super) fn beginning_with<'t>(&'t self, start: &'t str) -> impl Iterator<Item = &'t str> {
        let behind = self.files.range(start.to_owned()..).map(|(path, _)| path.as_str());
        behind.take_while(move |path| path.starts_with(start))
    }

    /// Whether it has a file with this path, or a link.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.elsewhere.contains_key(path)
    }

    /// The link or the repository of its own that a path is, or lies behind.
    pub(super) fn behind(&self, path: &str) -> Option<&str> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let mut above = ends.map(|end| &path[..end]);
        above.find_map(|path| self.elsewhere.get_key_value(path).map(|(path, _)| path.as_str()))
    }

    /// Links, and repositories of their own (`true`), by their paths.
    pub(super) fn elsewhere(&self) -> impl Iterator<Item = (&str, bool)> {
        self.elsewhere
            .iter()
            .map(|(path, is_repository)| (path.as_str(), *is_repository))
    }

    /// Fails where a path is, or lies behind, a link or a repository of its own: what was there cannot be told.
    ///
    /// # Errors
    /// It does.
    pub(super) fn is_plain(&self, path: &str) -> Result<(), Failure> {
        let Some(link) = self.behind(path) else { return Ok(()) };
        let (option, link, name) = (self.git.option, shown(link), shown(&self.name));
        Err(Failure::say(
            self.git.lang,
            format!(
                "{option}: {link} is a link or a submodule in {name}, so the policy behind it cannot be compared; put the files themselves there"
            ),
            format!(
                "{option}: {link} er en lenke eller en undermodul i {name}, så policyen bak kan ikke sammenlignes. Legg selve filene der"
            ),
        ))
    }

    /// What a file holds; `None` where there is none.
    ///
    /// # Errors
    /// `git` does not answer, or the file is too large.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let Some(object) = self.files.get(path) else {
            return Ok(None);
        };
        let mut reader = self.reader.borrow_mut();
        let (child, out) = match &mut *reader {
            Some(running) => running,
            none => none.insert(self.start()?),
        };
        let mut ask = || -> std::io::Result<Vec<u8>> {
            let input = child.stdin.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
            writeln!(input, "{object}")?;
            input.flush()?;
            let mut head = String::new();
            out.read_line(&mut head)?;
            // `<object> blob <size>`, the content, and a line feed.
            let size = head
                .trim_end()
                .rsplit(' ')
                .next()
                .and_then(|size| size.parse::<u64>().ok());
            let size = size.ok_or_else(|| std::io::Error::other(format!("{path}: {}", head.trim_end())))?;
            if size > LARGEST {
                return Err(std::io::Error::other(format!(
                    "{path}: larger than {} MiB",
                    LARGEST >> 20
                )));
            }
            let mut content = Vec::new();
            out.by_ref().take(size + 1).read_to_end(&mut content)?;
            content.pop();
            Ok(content)
        };
        let answer = ask();
        if answer.is_err() {
            // What it was about to say must not be taken for the next answer.
            stop(reader.take());
        }
        answer.map(Some).map_err(|error| self.git.failed(&error.to_string()))
    }

    fn start(&self) -> Result<(Child, BufReader<ChildStdout>), Failure> {
        let mut command = self.git.command(&["cat-file", "--batch"]);
        let spawned = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = spawned.map_err(|error| self.git.not_there(&error))?;
        let out = child.stdout.take().ok_or_else(|| self.git.failed("no answer"))?;
        Ok((child, BufReader::new(out)))
    }
}

impl Drop for Tree<'_> {
    fn drop(&mut self) {
        stop(self.reader.borrow_mut().take());
    }
}

/// Ends a program that answers questions: nothing more can be asked, and nobody listens.
fn stop(reader: Option<(Child, BufReader<ChildStdout>)>) {
    if let Some((mut child, out)) = reader {
        drop(child.stdin.take());
        drop(out);
        let _ = child.wait();
    }
}
