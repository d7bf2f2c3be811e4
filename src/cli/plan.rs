//! What a run checks, and by which rules and decisions: the same for every command that checks.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::around::Folders;
use super::configuration::{self, Found as Configuration};
use super::files::{self, STDIN, check_bytes, name_of, read_again, unreadable};
use super::packs::choose_packs;
use super::since::{Asked, Past};
use super::{Common, Failure, baseline, day, output, signers};
use crate::agreement::Trusted;
use crate::config::Config;
use crate::discover::{Found, Unreadable, discover, look_at, plain, repository, shown};
use crate::lint::{Coverage, Linter, Run, Unread, finish};
use crate::policy::{self, Policy, Weakening};
use crate::text::{address, escape};

/// What is checked, and on which day.
#[derive(clap::Args)]
pub(super) struct What {
    /// Manifests, or folders to search for *.tillit.yaml and *.tillit.yml, except in hidden folders
    /// and where .gitignore or `exclude` says no; `-` reads standard input [default: here]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exactly these packs, instead of those that each manifest calls for; `tillit rules` lists them
    #[arg(long, value_name = "PACK", value_delimiter = ',')]
    packs: Vec<String>,
    /// Day of the check, as 2026-12-01 [default: SOURCE_DATE_EPOCH, then the clock, in UTC]
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    pub(super) today: Option<Date>,
}

/// Everything that a check needs.
pub(super) struct Plan {
    pub(super) linter: Linter,
    pub(super) config: Config,
    pub(super) found: Vec<Found>,
    /// Where the baseline is, or would be.
    pub(super) baseline: PathBuf,
    pub(super) coverage: Coverage,
    /// The files that steer the check.
    steering: Vec<PathBuf>,
    paths: Vec<PathBuf>,
    unwalked: Vec<Unreadable>,
    stdin: bool,
    past: Option<Past>,
    /// Where a change makes the check milder.
    weakenings: Vec<Weakening>,
}

/// What came of a check.
pub(super) struct Checked {
    pub(super) run: Run,
    /// Not everything could be read, which was said.
    pub(super) failed: bool,
}

impl Plan {
    /// Finds out what is to be checked, and how.
    ///
    /// # Errors
    /// What makes checking impossible: the configuration, a rule, the baseline, the arguments, the revision
    /// that is compared with.
    pub(super) fn open(
        what: &What,
        common: &Common,
        baseline: baseline::Choice<'_>,
        asked: Option<Asked<'_>>,
    ) -> Result<Plan, Failure> {
        let stdin = what.paths.iter().any(|p| p.as_os_str() == "-");
        let mut paths: Vec<PathBuf> = what.paths.iter().filter(|p| p.as_os_str() != "-").cloned().collect();
        let search = match paths.is_empty() {
            true => vec![PathBuf::from(".")],
            false => paths.clone(),
        };
        let configuration = configuration::load(common, &search)?;
        let steering = configuration.files();
        let Configuration { config, rules, folder } = configuration;
        let lang = common.lang(config.language);
        let (file, held) = baseline::find(baseline, &search, &folder, lang)?;
        let mut policy = Policy {
            config,
            rules,
            folder: plain(&folder),
            baseline: held,
            signers: None,
        };
        policy.signers = signers::find(&policy.config, &folder, lang)?;
        // What is left out is understood before anything is compared with it.
        configuration::exclude(&policy.config, &policy.folder).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
        let mut past = asked.map(|asked| Past::open(asked, &search, lang)).transpose()?;
        let mut weakenings = Vec::new();
        if let Some(past) = &mut past {
            let named = common.config.as_deref();
            (policy, weakenings) = past.strictest(policy, &search, named, baseline, &what.packs, lang)?;
        }
        let Policy {
            mut config,
            rules,
            folder,
            baseline: held,
            signers,
        } = policy;
        choose_packs(&mut config, &what.packs, lang)?;
        let today = day::today(what.today, lang)?;
        let wrong = |mistakes| Failure::Mistakes(mistakes, lang);
        let exclude = configuration::exclude(&config, &folder).map_err(wrong)?;
        let mut linter = Linter::new(&config, &rules, today, lang).map_err(wrong)?;
        linter.baseline = held;
        // Without anybody who may sign, the zone that their times are in is not looked up.
        if signers.is_some() || past.is_some() {
            let moment = day::moment(what.today, lang)?;
            let trust = signers.as_ref().map(|signers| signers.trust(&moment)).transpose();
            linter.trusted = vec![Trusted {
                revision: None,
                trust: trust.map_err(wrong)?,
            }];
            linter.trusted.extend(past.as_ref().map(|past| past.trusted(&moment)));
        }
        if paths.is_empty() && !stdin {
            paths = search;
        }
        let (mut found, unwalked) = discover(&paths, &exclude);
        if let Some(past) = &past {
            let seen: HashSet<PathBuf> = found.iter().map(|f| plain(f.path())).collect();
            let tracked = past.tracked(&paths, &exclude)?.into_iter();
            found.extend(
                tracked
                    .filter(|path| !seen.contains(&plain(path)))
                    .map(|path| look_at(&path)),
            );
            found.sort_by(|a, b| a.path().cmp(b.path()));
            linter.earlier = Some(past.earlier(&linter, &found, stdin)?);
        }
        let home = plain(&file).parent().map(Path::to_owned).unwrap_or_default();
        let is_whole = paths.iter().any(|path| home.starts_with(plain(path)));
        Ok(Plan {
            linter,
            config,
            found,
            baseline: file,
            coverage: if is_whole { Coverage::Whole } else { Coverage::Part },
            steering,
            paths,
            unwalked,
            stdin,
            past,
            weakenings,
        })
    }

    /// Does something with all that is to be checked. What cannot be read is said at once, and hides nothing else.
    /// `allow_empty` is `None` where there is no such option.
    ///
    /// # Errors
    /// There was nothing, or nothing could be read.
    pub(super) fn each<T: Send>(
        &self,
        of_stdin: impl FnOnce(Vec<u8>) -> T,
        of_file: impl Fn(&Found) -> io::Result<T> + Sync,
        allow_empty: Option<bool>,
    ) -> Result<(Vec<T>, Vec<Unread>), Failure> {
        let lang = self.linter.lang;
        let mut all = Vec::new();
        if self.stdin {
            all.push(of_stdin(files::read_stdin(&self.linter)?));
        }
        let (more, unread) = files::each(&self.found, lang, of_file);
        all.extend(more);
        let unread: Vec<&Unreadable> = self.unwalked.iter().chain(&unread).collect();
        for error in &unread {
            output::note(&unreadable(error, lang));
        }
        if all.is_empty() && unread.is_empty() && allow_empty != Some(true) {
            let (en, nb) = match allow_empty {
                Some(_) => (", --allow-empty accepts this", ", --allow-empty godtar dette"),
                None => ("", ""),
            };
            return Err(Failure::say(
                lang,
                format!(
                    "no manifest found (*.tillit.yaml or *.tillit.yml); a check of nothing is no check. `tillit init` writes a first one{en}"
                ),
                format!(
                    "fant ikke noe manifest (*.tillit.yaml eller *.tillit.yml), og å kontrollere ingenting er ingen kontroll. `tillit init` skriver et første{nb}"
                ),
            ));
        }
        if all.is_empty() && !unread.is_empty() {
            return Err(Failure::say(
                lang,
                "nothing could be checked",
                "ingenting kunne kontrolleres",
            ));
        }
        let told = |u: &&Unreadable| Unread {
            path: escape(&shown(&u.path)).into_owned(),
            reason: output::reason(&u.error, lang),
        };
        let unread = unread.iter().map(told).collect();
        Ok((all, unread))
    }

    /// Checks everything.
    ///
    /// # Errors
    /// Nothing was checked, or what was there before cannot be found out.
    pub(super) fn check(&self, keep_texts: bool, allow_empty: Option<bool>) -> Result<Checked, Failure> {
        let linter = &self.linter;
        let folders = Folders::default();
        let (reports, unread) = self.each(
            |bytes| check_bytes(linter, STDIN, bytes, None, &|_| false, &folders),
            |found| files::check_one(linter, found, keep_texts, &folders),
            allow_empty,
        )?;
        let failed = !unread.is_empty();
        let mut run = finish(&self.linter, reports, self.coverage);
        if let Some(past) = &self.past {
            past.hold_against(&mut run, &self.linter, &self.found, &self.paths, self.coverage)?;
            let weakened = policy::reports(&self.linter, &self.weakenings);
            run.about.splice(..0, weakened);
        }
        run.unread.extend(unread);
        if keep_texts {
            read_again(&mut run, &self.found, self.linter.limits.bytes);
        }
        Ok(Checked { run, failed })
    }

    /// The files that a report must not take the place of: what is checked, and what steers the check.
    pub(super) fn inputs(&self) -> Vec<PathBuf> {
        let found = self.found.iter().map(|f| f.path().to_owned());
        found.chain(self.steering.iter().cloned()).collect()
    }

    /// Says of each file where it lies in the repository, for readers who know nothing of the present folder.
    pub(super) fn name_paths(&self, run: &mut Run) {
        let here = repository(Path::new(".")).map(|root| plain(&root));
        let about = run.about.iter().map(|f| PathBuf::from(&**f.source.name()));
        let about: Vec<(String, PathBuf)> = about.map(|path| (shown(&path), path)).collect();
        let found = self.found.iter().map(|f| (name_of(f), f.path().to_owned()));
        for (name, path) in found.chain(about) {
            let full = plain(&path);
            let root = here.clone().filter(|root| full.starts_with(root));
            // Outside of a repository, addresses are relative to what is checked.
            let checked = || {
                let folder = |path: &PathBuf| {
                    if path.is_dir() {
                        Some(plain(path))
                    } else {
                        plain(path).parent().map(Path::to_owned)
                    }
                };
                self.paths
                    .iter()
                    .filter_map(folder)
                    .find(|folder| full.starts_with(folder))
            };
            let Some(root) = root.or_else(|| repository(&full)).or_else(checked) else {
                continue;
            };
            let Ok(inside) = full.strip_prefix(&root) else { continue };
            if inside.to_str().is_none() {
                let address = address(inside.as_os_str().as_encoded_bytes());
                run.addresses.insert(name.as_str().into(), address);
            }
            let inside = shown(inside);
            if inside != name {
                run.paths.insert(name.into(), inside);
            }
        }
    }
}
