//! `tillit verify`: says who signed the records of agreements, and whether they can be relied on.

use std::collections::HashSet;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::around::{Folders, Surroundings, kept};
use super::configuration::{self, Found as Configuration};
use super::reports::{file_of, refuse_input};
use super::{Common, Failure, Format, Outcome, day, files, output, signers};
use crate::agreement::{FOLDER, Trusted, verify};
use crate::discover::{ENDINGS, plain, shown};
use crate::lint::{self, Linter};
use crate::policy::{List, Signers};
use crate::report::verify::{Looked, json, text};
use crate::signature::LARGEST_LIST;
use crate::source::SourceFile;
use crate::text::{Lang, escape, shown as shown_value};

/// Say who signed the records of agreements, and whether they can be relied on
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit verify\n  tillit verify agreements/planner-2026-11-02.yaml\n  tillit verify agreements/planner-2026-11-02.yaml --allowed-signers allowed_signers\n\nA signature counts where `ssh-keygen -Y verify -n tillit.agreement` says so. \nExit codes: 0 all are whole and signed by both sides, 1 at least one is not, 2 could not look."
)]
pub(super) struct Args {
    /// Records, manifests (the record that each names), or folders to search for agreements/*.yaml
    /// [default: here]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Those who may sign, in OpenSSH's format [default: `allowed-signers` in tillit.yaml]
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
    /// Keys that count no more, one on each line [default: `revoked-signers` in tillit.yaml]
    #[arg(long, value_name = "FILE")]
    revoked_signers: Option<PathBuf>,
    /// Day of the check, as 2026-12-01, at noon in UTC [default: SOURCE_DATE_EPOCH, then the clock]
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    today: Option<Date>,
    /// Form of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write the list to a file, whole or not at all; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `tillit verify`.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    let search = match args.paths.is_empty() {
        true => vec![PathBuf::from(".")],
        false => args.paths.clone(),
    };
    let Configuration { config, rules, folder } = configuration::load(common, &search)?;
    let lang = common.lang(config.language);
    let wrong = |mistakes| Failure::Mistakes(mistakes, lang);
    let mut linter = Linter::new(&config, &rules, day::today(args.today, lang)?, lang).map_err(wrong)?;
    let mut who = signers::find(&config, &folder, lang)?;
    if let Some(file) = &args.allowed_signers {
        let revoked = who.and_then(|who| who.revoked);
        let allowed = list(file, lang)?;
        who = Some(Signers { allowed, revoked });
    }
    if let (Some(file), Some(who)) = (&args.revoked_signers, &mut who) {
        who.revoked = Some(list(file, lang)?);
    }
    let moment = day::moment(args.today, lang)?;
    let trust = who.as_ref().map(|who| who.trust(&moment)).transpose().map_err(wrong)?;
    linter.trusted = vec![Trusted { revision: None, trust }];

    let mut records = Vec::new();
    let mut missing = Vec::new();
    for path in &search {
        records.extend(records_at(path, &linter, &mut missing)?);
    }
    let mut seen = HashSet::new();
    records.retain(|record| seen.insert(plain(record)));
    missing.iter().for_each(|what| output::note(what));
    if records.is_empty() && missing.is_empty() {
        return Err(Failure::say(
            lang,
            "no record found (agreements/*.yaml); `tillit agree MANIFEST` writes one",
            "fant ikke noe dokument (agreements/*.yaml). `tillit agree MANIFEST` skriver et",
        ));
    }
    let file = args.output.as_deref().and_then(file_of);
    if let Some(file) = &file {
        refuse_input(file, &records, lang)?;
    }
    let mut all = Vec::new();
    let mut failed = !missing.is_empty();
    let folders = Folders::default();
    for path in &records {
        let name = escape(&shown(path)).into_owned();
        let kept = match path.is_symlink() {
            true => Err(lang.pick("it is a link", "det er en lenke").to_owned()),
            false => kept(path, &folders, lang),
        };
        match kept {
            Ok(kept) => all.push(Looked {
                sha256: Sha256::digest(&kept.bytes).iter().map(|b| format!("{b:02x}")).collect(),
                verified: verify(&name, &kept, &linter.trusted, &linter.rules, linter.today),
                file: name,
            }),
            Err(reason) => {
                failed = true;
                output::note(&match lang {
                    Lang::En => format!("error: cannot read {name}: {reason}"),
                    Lang::Nb => format!("feil: kan ikke lese {name}: {reason}"),
                });
            }
        }
    }
    let style = common.style(file.is_none() && io::stdout().is_terminal(), false);
    output::write(file.as_deref(), lang, |out| match args.format {
        Format::Text => text::render(&linter, &all, style, out),
        Format::Json => json::render(&linter, &all, out),
    })?;
    if failed {
        return Err(Failure::say(
            lang,
            "not everything could be read; see above",
            "ikke alt kunne leses, se over",
        ));
    }
    Ok(all.iter().all(|looked| looked.verified.is_relied_on(&linter.rules)))
}

/// The records that a path stands for, and why there are none where a manifest ought to name one.
fn records_at(path: &Path, linter: &Linter, missing: &mut Vec<String>) -> Result<Vec<PathBuf>, Failure> {
    let lang = linter.lang;
    let fail = |path: &Path, error: &io::Error| {
        let (path, reason) = (escape(&shown(path)).into_owned(), output::reason(error, lang));
        Failure::say(
            lang,
            format!("cannot read {path}: {reason}"),
            format!("kan ikke lese {path}: {reason}"),
        )
    };
    let meta = path.metadata().map_err(|error| fail(path, &error))?;
    let name = path.file_name().map(|name| shown(Path::new(name))).unwrap_or_default();
    if !meta.is_dir() {
        if !ENDINGS.iter().any(|end| name.ends_with(end)) {
            return Ok(vec![path.to_owned()]);
        }
        let bytes = files::read(path, linter.limits.bytes).map_err(|error| fail(path, &error))?;
        let systems = SourceFile::from_bytes(name, bytes).map(|source| linter.earlier(&source));
        let systems = systems.unwrap_or_default();
        let name = escape(&shown(path)).into_owned();
        if systems.is_empty() {
            missing.push(match lang {
                Lang::En => {
                    format!("error: {name} describes no system that can be read; `tillit check {name}` says why")
                }
                Lang::Nb => {
                    format!("feil: {name} beskriver ikke noe system som kan leses. `tillit check {name}` sier hvorfor")
                }
            });
        }
        let folders = Folders::default();
        let around = Surroundings::of(Some(path), &|_| false, &folders, lang);
        let beside = path.parent().unwrap_or(Path::new(""));
        let mut records = Vec::new();
        for system in systems {
            let id = shown_value(&system.id);
            let Some(file) = system.agreement else {
                missing.push(match lang {
                    Lang::En => format!("error: {name} names no file with the record of an agreement about `{id}`"),
                    Lang::Nb => format!("feil: {name} viser ikke til noen fil med dokumentet om en avtale om `{id}`"),
                });
                continue;
            };
            match around.place(&file) {
                Ok(_) => records.push(beside.join(file)),
                Err(state) => {
                    let error = lang.pick("error", "feil");
                    missing.push(format!("{error}: {name}: {}", lint::missing(&file, &state).get(lang)));
                }
            }
        }
        return Ok(records);
    }
    let mut records = Vec::new();
    for entry in WalkDir::new(path).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let place = error.path().unwrap_or(path).to_owned();
            fail(&place, &error.into())
        })?;
        let is_record = entry.path().extension().is_some_and(|end| end == "yaml")
            && entry
                .path()
                .parent()
                .and_then(Path::file_name)
                .is_some_and(|folder| folder == FOLDER);
        if is_record && !entry.file_type().is_dir() {
            let path = entry.into_path();
            records.push(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path));
        }
    }
    Ok(records)
}

/// A list of keys that an option names.
fn list(file: &Path, lang: Lang) -> Result<List, Failure> {
    let name = escape(&shown(file)).into_owned();
    let bytes = files::read(file, LARGEST_LIST).map_err(|error| {
        let reason = output::reason(&error, lang);
        Failure::say(
            lang,
            format!("cannot read {name}: {reason}"),
            format!("kan ikke lese {name}: {reason}"),
        )
    })?;
    Ok(List { name, bytes })
}
