//! Finds `tillit.yaml` and the rules of an organisation's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::{Common, Failure, output};
use crate::config::Config;
use crate::discover::{self, Exclude, plain, repository, shown};
use crate::finding::Mistake;
use crate::source::{SourceFile, Span};
use crate::text::{Lang, both, escape, not_text};

/// Names of the configuration file.
pub(super) const NAMES: [&str; 2] = [crate::config::NAME, "tillit.yml"];

/// Largest rule or configuration file, in bytes.
const LARGEST: u64 = 1 << 20;

/// Most rule files of an organisation's own.
const MOST_RULES: usize = 5_000;

/// The configuration of a run.
pub(super) struct Found {
    /// What it says.
    pub(super) config: Config,
    /// The rules of the organisation's own.
    pub(super) rules: Vec<Arc<SourceFile>>,
    /// The folder it is in, or would be.
    pub(super) folder: PathBuf,
}

impl Found {
    /// The files that steer the run, which nothing may be written over: the configuration, the rules, and those that
    /// say who may sign.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let read = self.rules.iter().chain(&self.config.source);
        let read = read.map(|source| PathBuf::from(&**source.name()));
        let lists = [&self.config.allowed_signers, &self.config.revoked_signers];
        let lists = lists.into_iter().flatten();
        read.chain(lists.map(|(path, _)| self.folder.join(path))).collect()
    }
}

/// Loads the configuration for what is checked.
///
/// # Errors
/// It cannot be read, has mistakes, or the paths fall under different ones.
pub(super) fn load(common: &Common, paths: &[PathBuf]) -> Result<Found, Failure> {
    let lang = common.lang(None);
    let file = match &common.config {
        Some(path) => Some(path.clone()),
        None => {
            let mut files: Vec<Option<PathBuf>> = Vec::new();
            for file in paths
                .iter()
                .filter(|path| path.exists())
                .map(|path| above(path, &NAMES))
            {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
            if let [a, b, ..] = files.as_slice() {
                let name = |file: &Option<PathBuf>| match file {
                    Some(file) => shown(file),
                    None => lang.pick("none", "ingen").to_owned(),
                };
                let (a, b) = (name(a), name(b));
                return Err(Failure::say(
                    lang,
                    format!(
                        "the paths fall under different configurations ({a} and {b}); check them one by one, or name one with --config"
                    ),
                    format!(
                        "stiene hører til ulike konfigurasjoner ({a} og {b}). Kontroller dem hver for seg, eller oppgi én med --config"
                    ),
                ));
            }
            let file = files.into_iter().flatten().next();
            file.map(|file| acceptable(file, lang)).transpose()?
        }
    };
    let Some(file) = file else {
        return Ok(Found {
            config: Config::default(),
            rules: Vec::new(),
            folder: PathBuf::from("."),
        });
    };
    let source = Arc::new(read(&file, LARGEST, lang)?);
    let config = Config::parse(&source).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
    let lang = common.lang(config.language);
    let folder = file
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let rules = local_rules(&config, &source, &folder, lang)?;
    Ok(Found { config, rules, folder })
}

/// What has one of these names in the folder of a path or above it, up to the root of the repository.
pub(super) fn above(path: &Path, names: &[&str]) -> Option<PathBuf> {
    let full = plain(path);
    let start = if full.is_dir() { full.as_path() } else { full.parent()? };
    let here = std::path::absolute(".").ok()?;
    let below = || start.starts_with(&here).then(|| here.clone());
    let root = repository(start).or_else(below);
    for folder in start.ancestors() {
        // Whatever has the name counts, so that a configuration cannot be made to vanish.
        if let Some(file) = names
            .iter()
            .map(|name| folder.join(name))
            .find(|f| f.symlink_metadata().is_ok())
        {
            // Shown as people see it: relative to where they stand, if it lies there.
            return Some(file.strip_prefix(&here).map(Path::to_owned).unwrap_or(file));
        }
        // Without a repository, the search ends at the present folder, or at the one that was named.
        if root.as_deref().is_none_or(|root| folder == root) {
            break;
        }
    }
    None
}

/// A configuration that was found and not named: it must be the only one in its folder, a regular
/// file, and lie in the repository.
fn acceptable(file: PathBuf, lang: Lang) -> Result<PathBuf, Failure> {
    let file = regular(file, lang)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    if NAMES
        .iter()
        .filter(|name| folder.join(name).symlink_metadata().is_ok())
        .count()
        > 1
    {
        return Err(Failure::say(
            lang,
            format!("there is both a {} and a {}; keep one", NAMES[0], NAMES[1]),
            format!("det finnes både en {} og en {}. Behold den ene", NAMES[0], NAMES[1]),
        ));
    }
    Ok(file)
}

/// A file that was found and not named: it must be a regular file and lie in the repository.
///
/// # Errors
/// It does not.
pub(super) fn regular(file: PathBuf, lang: Lang) -> Result<PathBuf, Failure> {
    let name = escape(&shown(&file)).into_owned();
    match discover::look_at(&file) {
        discover::Found::File(file) => Ok(file),
        discover::Found::NotAFile(_) => Err(Failure::say(
            lang,
            format!("{name} is not a regular file of this repository; put the file itself there"),
            format!("{name} er ikke en vanlig fil i dette kodelageret. Legg selve filen der"),
        )),
    }
}

/// Reads a file that steers the check.
///
/// # Errors
/// It cannot be read, is no regular file, is too large, or is not text.
pub(super) fn read(path: &Path, largest: u64, lang: Lang) -> Result<SourceFile, Failure> {
    let name = escape(&shown(path)).into_owned();
    let fail = |en: String, nb: String| Failure::say(lang, en, nb);
    let unread = |error| output::unread(&name, &output::reason(&error, lang), lang);
    let meta = path.metadata().map_err(unread)?;
    if !meta.is_file() || meta.len() > largest {
        return Err(fail(
            format!("{name} is not a regular file of at most {} MiB", largest >> 20),
            format!("{name} er ikke en vanlig fil på høyst {} MiB", largest >> 20),
        ));
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    SourceFile::from_bytes(name.as_str(), bytes).map_err(|(source, error)| {
        let (message, help) = not_text(error);
        let end = source.text().len();
        let mistake = Mistake {
            source: Arc::new(source),
            span: Span::new(end, end),
            message,
            help,
        };
        Failure::Mistakes(vec![mistake], lang)
    })
}

/// The patterns of what is not checked, relative to a folder.
///
/// # Errors
/// What is no pattern.
pub(super) fn exclude(config: &Config, folder: &Path) -> Result<Exclude, Vec<Mistake>> {
    let mut exclude = Exclude::below(folder);
    let mut mistakes = Vec::new();
    for (pattern, span) in &config.exclude {
        if !exclude.add(pattern)
            && let Some(source) = &config.source
        {
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: *span,
                message: both("this is not a pattern", "dette er ikke et mønster"),
                help: both(
                    "Write it as in .gitignore, where `*`, `?`, `[` and `{` have a meaning.",
                    "Skriv det som i .gitignore, der `*`, `?`, `[` og `{` har en betydning.",
                ),
            });
        }
    }
    if mistakes.is_empty() {
        Ok(exclude)
    } else {
        Err(mistakes)
    }
}

/// The rule files in the folders that the configuration names, which must lie below it.
fn local_rules(
    config: &Config,
    source: &Arc<SourceFile>,
    folder: &Path,
    lang: Lang,
) -> Result<Vec<Arc<SourceFile>>, Failure> {
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    for (name, span) in &config.rules {
        let below = Path::new(name)
            .components()
            .all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
        let path = folder.join(name);
        let inside = below
            && !name.contains('\\')
            && path
                .canonicalize()
                .ok()
                .zip(folder.canonicalize().ok())
                .is_some_and(|(p, f)| p.is_dir() && p.starts_with(f));
        if !inside {
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: *span,
                message: both(
                    "this is not a folder below the configuration",
                    "dette er ikke en mappe under konfigurasjonen",
                ),
                help: both(
                    "Name a folder relative to tillit.yaml and below it.",
                    "Oppgi en mappe under tillit.yaml, relativt til den.",
                ),
            });
            continue;
        }
        let rules = rule_files(&path, lang)?;
        if rules.is_empty() {
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: *span,
                message: both("there is no rule in this folder", "det er ingen regler i denne mappen"),
                help: both(
                    "Rules are files that end in .yaml or .yml.",
                    "Regler er filer som slutter på .yaml eller .yml.",
                ),
            });
        }
        files.extend(rules);
    }
    if mistakes.is_empty() {
        Ok(files)
    } else {
        Err(Failure::Mistakes(mistakes, lang))
    }
}

/// The rule files in a folder and below it, by name. Nothing is hidden from this walk.
///
/// # Errors
/// A folder or file that cannot be read, or too many of them.
pub(super) fn rule_files(folder: &Path, lang: Lang) -> Result<Vec<Arc<SourceFile>>, Failure> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = shown(error.path().unwrap_or(folder));
            let reason = output::reason(&error.into(), lang);
            output::unread(&path, &reason, lang)
        })?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|e| e == "yaml" || e == "yml") {
            files.push(Arc::new(read(entry.path(), LARGEST, lang)?));
        }
        if files.len() > MOST_RULES {
            return Err(Failure::say(
                lang,
                format!("more than {MOST_RULES} rule files below {}", shown(folder)),
                format!("mer enn {MOST_RULES} regelfiler under {}", shown(folder)),
            ));
        }
    }
    Ok(files)
}
