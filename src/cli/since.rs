//! A check of a change: what it is compared with, and what was there before.

mod agreements;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use self::agreements::{note_agreement, trusted_then};
use super::Failure;
use super::around::Folders;
use super::baseline;
use super::configuration::{NAMES, exclude};
use super::files::{check_bytes, check_file, name_of};
use super::git::{Git, Tree};
use super::packs::choose_packs;
use super::signers;
use crate::config::Config;
use crate::discover::{Exclude, Found, is_manifest, plain};
use crate::finding::{Mistake, Severity};
use crate::lint::{Coverage, Earlier, EarlierSystem, FileReport, Known, Linter, Run, finish, known, narrow};
use crate::pointer::Pointer;
use crate::policy::{List, Policy, Weakening, strictest};
use crate::ruleset::{Loading, RuleSet};
use crate::source::{SourceFile, Span};
use crate::suppress::Baseline;
use crate::text::{Lang, both, escape, shown};

/// What is compared with, as the options say.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The option, for messages.
    pub(super) option: &'static str,
    /// The revision.
    pub(super) revision: &'a str,
    /// Only what changed is shown.
    pub(super) narrow: bool,
}

/// A repository as it was.
pub(super) struct Past {
    git: Git,
    narrow: bool,
    name: String,
    /// The revision itself: its policy and its waivers count.
    tip: String,
    /// Where what is checked left its way: what is another since then has changed.
    fork: String,
    changed: BTreeSet<String>,
    /// The policy as it was; none where it cannot be read.
    policy: Option<Policy>,
}

impl Past {
    /// Looks up what is compared with.
    ///
    /// # Errors
    /// There is no such revision here, the clone is too shallow, or `git` does not answer.
    pub(super) fn open(asked: Asked<'_>, search: &[PathBuf], lang: Lang) -> Result<Past, Failure> {
        let here = search.first().map_or(Path::new("."), PathBuf::as_path);
        let git = Git::open(here, asked.option, lang)?;
        for path in search {
            if git.inside(path).is_none() {
                let path = escape(&crate::discover::shown(path)).into_owned();
                return Err(Failure::say(
                    lang,
                    format!("{}: {path} is not in the same repository", asked.option),
                    format!("{}: {path} er ikke i samme kodelager", asked.option),
                ));
            }
        }
        let tip = git.commit(asked.revision)?;
        let fork = git.fork(&tip, asked.revision)?;
        let changed = git.changed(&fork)?;
        Ok(Past {
            git,
            narrow: asked.narrow,
            name: asked.revision.to_owned(),
            tip,
            fork,
            changed,
            policy: None,
        })
    }

    /// The stricter of the policy as it was and as it is, and where the change makes it milder. `named`, `held`
    /// and `packs` are the configuration, the baseline and the packs that options name.
    ///
    /// # Errors
    /// `git` does not answer, or a mistake in the policy as it is.
    pub(super) fn strictest(
        &mut self,
        now: Policy,
        search: &[PathBuf],
        named: Option<&Path>,
        held: baseline::Choice<'_>,
        packs: &[String],
        lang: Lang,
    ) -> Result<(Policy, Vec<Weakening>), Failure> {
        let load = |policy: &Policy| RuleSet::load(&policy.config, &policy.rules, Loading::Run);
        let rules = load(&now).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
        let of = |commit: &str| -> Result<Result<(Policy, RuleSet), Vec<Mistake>>, Failure> {
            let tree = self.git.tree(commit, &self.name)?;
            let policy = policy_of(&self.git, &tree, &now, search, named, held, lang)?;
            Ok(policy.and_then(|policy| load(&policy).map(|rules| (policy, rules))))
        };
        let (mut before, earlier) = match of(&self.tip)? {
            Ok(before) => before,
            Err(mistakes) => return Ok(self.incomparable(now, &mistakes, lang)),
        };
        let (result, mut weakenings) = strictest(&before, &now, [&earlier, &rules], &self.name);
        // What became stricter only after the change began is not the change's doing.
        if self.tip != self.fork
            && let Ok(Ok((fork, earlier))) = of(&self.fork)
        {
            let (_, own) = strictest(&fork, &now, [&earlier, &rules], &self.name);
            weakenings.retain(|w| own.iter().any(|other| other.pointer == w.pointer));
        }
        // The packs that an option names count then as now.
        choose_packs(&mut before.config, packs, lang)?;
        self.policy = Some(before);
        Ok((result, weakenings))
    }

    /// A policy that cannot be read: what it would have said cannot be told, so the check fails.
    fn incomparable(&self, now: Policy, mistakes: &[Mistake], lang: Lang) -> (Policy, Vec<Weakening>) {
        let what = mistakes.first().map(|m| {
            let line = m.source.position(m.span.start).line;
            format!("{}:{line}: {}", m.source.name(), m.message.get(lang))
        });
        let (what, name) = (what.unwrap_or_default(), shown(&self.name));
        let source = now.config.source.clone();
        let weakening = Weakening {
            source: source.unwrap_or_else(|| Arc::new(SourceFile::new(crate::config::NAME, ""))),
            pointer: Pointer::default(),
            span: Span::default(),
            message: both(
                format!("the policy in {name} cannot be read, so nothing is compared with it ({what})"),
                format!("policyen i {name} kan ikke leses, så ingenting sammenlignes med den ({what})"),
            ),
            severity: Severity::Error,
        };
        let config = Config {
            fail_on: None,
            ..now.config
        };
        (Policy { config, ..now }, vec![weakening])
    }

    /// Manifests that git keeps below the paths.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn tracked(&self, paths: &[PathBuf], exclude: &Exclude) -> Result<Vec<PathBuf>, Failure> {
        self.git.manifests(paths, exclude)
    }

    /// Whether the change touches a file: itself, a folder above it that is a link or a repository of its own,
    /// or what links lead to.
    fn is_changed(&self, path: &Path) -> bool {
        let full = plain(path);
        let above = full.ancestors().take_while(|path| *path != self.git.root);
        let mut places: Vec<PathBuf> = above.map(Path::to_owned).collect();
        places.extend(full.canonicalize().ok());
        // What is gone has no place of its own any more, but its folder may.
        let folder = full.parent().and_then(|folder| folder.canonicalize().ok());
        places.extend(folder.zip(full.file_name()).map(|(folder, name)| folder.join(name)));
        let root = self.git.root.canonicalize().ok();
        places.iter().any(|place| {
            let inside = self.git.inside(place).or_else(|| {
                let inside = place.strip_prefix(root.as_ref()?).ok()?;
                Some(crate::discover::shown(inside))
            });
            inside.is_some_and(|path| self.changed.contains(&path))
        })
    }

    /// What counted before: the waivers of manifests that the change touches, and agreements whose manifest or
    /// record it touches.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn earlier(&self, linter: &Linter, found: &[Found], stdin: bool) -> Result<Earlier, Failure> {
        let mut earlier = Earlier {
            name: shown(&self.name),
            ..Earlier::default()
        };
        let changed = found.iter().filter(|f| self.is_changed(f.path()));
        earlier.changed = changed.map(|f| Arc::from(name_of(f))).collect();
        earlier.changed.insert("<stdin>".into());
        let tree = self.git.tree(&self.tip, &self.name)?;
        let named: HashSet<String> = found.iter().filter_map(|f| self.git.inside(f.path())).collect();
        // Standard input may hold any of them.
        let is_read = |path: &&str| is_manifest(path) || named.contains(*path);
        for path in tree
            .paths()
            .filter(|path| stdin || self.changed.contains(*path))
            .filter(is_read)
        {
            if let Some(bytes) = tree.read(path)?
                && let Ok(source) = SourceFile::from_bytes(path, bytes)
            {
                for system in linter.earlier(&source) {
                    let EarlierSystem {
                        id,
                        waivers,
                        agreement,
                        retired,
                    } = system;
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let agreement = agreement.filter(|_| !retired);
                    let place = agreement.map(|file| self.git.root.join(folder).join(file));
                    if let Some(record) = place.and_then(|place| self.git.inside(&place))
                        && let Some(agreed) = self.agreed(&tree, &record)?
                        && *agreed.0.record.system == *id
                    {
                        note_agreement(&mut earlier, agreed, record, Some(path));
                    }
                    earlier.waivers.entry(id).or_default().extend(waivers);
                }
            }
        }
        // Another record may have taken the place of one, under the same name: the manifest is then as it was.
        for path in tree.paths().filter(|path| self.changed.contains(*path)) {
            if let Some(agreed) = self.agreed(&tree, path)? {
                note_agreement(&mut earlier, agreed, path.to_owned(), None);
            }
        }
        Ok(earlier)
    }

    /// Names what the change removes, and leaves out of a run what was there before and what the change does not
    /// touch, if that was asked for.
    ///
    /// # Errors
    /// `git` does not answer.
    pub(super) fn hold_against(
        &self,
        run: &mut Run,
        now: &Linter,
        found: &[Found],
        paths: &[PathBuf],
        coverage: Coverage,
    ) -> Result<(), Failure> {
        let tree = self.git.tree(&self.fork, &self.name)?;
        let was = |path: &&str| {
            let full = self.git.root.join(path);
            is_manifest(path) && self.changed.contains(*path) && paths.iter().any(|p| full.starts_with(plain(p)))
        };
        let touched: Vec<&str> = tree.paths().filter(was).collect();
        let gone = touched
            .iter()
            .filter(|path| self.git.root.join(path).symlink_metadata().is_err());
        run.removed = gone.map(|path| self.shown(path)).collect();
        run.about.extend(self.undescribed(run, now, &touched));
        if let Some(earlier) = now.earlier.as_ref().filter(|_| self.narrow) {
            let known = self.known(now, found, &tree, &touched, coverage)?;
            narrow(run, &earlier.changed, &known, self.name.clone());
        }
        Ok(())
    }

    /// A path from the root as people see it: from the present folder, where it lies there.
    fn shown(&self, path: &str) -> String {
        let full = self.git.root.join(path);
        let here = full.strip_prefix(plain(Path::new("."))).map(Path::to_owned);
        escape(&crate::discover::shown(&here.unwrap_or(full))).into_owned()
    }

    /// What was found before the change.
    fn known(
        &self,
        now: &Linter,
        found: &[Found],
        tree: &Tree<'_>,
        touched: &[&str],
        coverage: Coverage,
    ) -> Result<Known, Failure> {
        let (Some(policy), Some(earlier)) = (&self.policy, &now.earlier) else {
            return Ok(Known::new());
        };
        let linter = Linter::new(&policy.config, &policy.rules, now.today, now.lang);
        let mut linter = linter.map_err(|mistakes| Failure::Mistakes(mistakes, now.lang))?;
        linter.baseline.clone_from(&policy.baseline);
        linter.trusted = trusted_then(now);
        // A record that the change touches was in order before, as far as anybody knows.
        let assumed = |path: &Path| self.is_changed(path) || self.is_signed_anew(path);
        let changed = |path: &Path| self.is_changed(path);
        let folders = Folders::without(&changed);
        let same = found
            .par_iter()
            .filter(|found| !earlier.changed.contains(name_of(found).as_str()))
            // What cannot be read was said when it was read first.
            .filter_map(|found| check_file(&linter, found, &assumed, &folders).ok());
        let mut reports: Vec<FileReport> = same.collect();
        for path in touched {
            if let Some(bytes) = tree.read(path)? {
                let full = self.git.root.join(path);
                let name = self.shown(path);
                reports.push(check_bytes(&linter, &name, bytes, Some(&full), &|_| true, &folders));
            }
        }
        // Of two systems with one id, the first one counts: as now.
        reports.sort_by(|a, b| Path::new(&**a.source.name()).cmp(Path::new(&**b.source.name())));
        Ok(known(&finish(&linter, reports, coverage)))
    }
}

/// The policy of a revision. What lies outside the repository is not part of a change, so it counts as it is.
fn policy_of(
    git: &Git,
    tree: &Tree<'_>,
    now: &Policy,
    search: &[PathBuf],
    config: Option<&Path>,
    held: baseline::Choice<'_>,
    lang: Lang,
) -> Result<Result<Policy, Vec<Mistake>>, Failure> {
    let text = |path: &str| -> Result<Option<Arc<SourceFile>>, Failure> {
        tree.is_plain(path)?;
        let name = format!("{}:{}", escape(&tree.name), escape(path));
        let bytes = tree.read(path)?;
        // What is no text is no policy either, and says so when it is read as one.
        Ok(bytes.map(|bytes| Arc::new(SourceFile::new(name, String::from_utf8_lossy(&bytes).into_owned()))))
    };
    let place = |named: Option<&Path>, names: &[&str]| match named {
        Some(path) => git.inside(path),
        None => search.iter().find_map(|path| above(git, tree, path, names)),
    };
    let mut policy = Policy {
        folder: now.folder.clone(),
        ..Policy::default()
    };
    if config.is_some_and(|path| git.inside(path).is_none()) {
        (policy.config, policy.rules) = (now.config.clone(), now.rules.clone());
        policy.signers.clone_from(&now.signers);
    } else if let Some(path) = place(config, &NAMES)
        && let Some(source) = text(&path)?
    {
        policy.config = match Config::parse(&source) {
            Ok(config) => config,
            Err(mistakes) => return Ok(Err(mistakes)),
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        policy.folder = git.root.join(folder);
        if let Err(mistakes) = exclude(&policy.config, &policy.folder) {
            return Ok(Err(mistakes));
        }
        for (rules, _) in &policy.config.rules {
            let below = git.inside(&policy.folder.join(rules)).unwrap_or_default();
            tree.is_plain(&below)?;
            let is_rule = |file: &&str| {
                let rest = file
                    .strip_prefix(below.as_str())
                    .is_some_and(|rest| rest.starts_with('/'));
                rest && (file.ends_with(".yaml") || file.ends_with(".yml"))
            };
            for file in tree.paths().filter(is_rule) {
                policy.rules.extend(text(file)?);
            }
        }
        let list = |path: &str, span| {
            let file = git.inside(&policy.folder.join(path)).unwrap_or_default();
            tree.is_plain(&file)?;
            let name = format!("{}:{}", escape(&tree.name), escape(&file));
            let bytes = tree
                .read(&file)?
                .ok_or_else(|| signers::not_there(&policy.config, span, lang))?;
            Ok(List { name, bytes })
        };
        policy.signers = match signers::named(&policy.config, list, lang) {
            Ok(signers) => signers,
            Err(Failure::Mistakes(mistakes, _)) => return Ok(Err(mistakes)),
            Err(failure) => return Err(failure),
        };
    }
    let named = held.named();
    if named.is_some_and(|path| git.inside(path).is_none()) {
        policy.baseline.clone_from(&now.baseline);
    } else if !matches!(held, baseline::Choice::None)
        && let Some(path) = place(named, &[baseline::NAME])
        && let Some(source) = text(&path)?
    {
        // What is outdated in it is known by its name, which is the same then and now.
        let name = now.baseline.as_ref().map(|baseline| Arc::clone(baseline.source.name()));
        let source = name.map_or(source.clone(), |name| Arc::new(SourceFile::new(name, source.text())));
        policy.baseline = match Baseline::parse(&source) {
            Ok(baseline) => Some(baseline),
            Err(mistake) => return Ok(Err(vec![mistake])),
        };
    }
    Ok(Ok(policy))
}

/// What had one of these names in the folder of a path or above it.
fn above(git: &Git, tree: &Tree<'_>, path: &Path, names: &[&str]) -> Option<String> {
    let full = plain(path);
    let folders = full.ancestors().take_while(|folder| folder.starts_with(&git.root));
    let mut candidates = folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    candidates.find_map(|file| git.inside(&file).filter(|file| tree.has(file)))
}
