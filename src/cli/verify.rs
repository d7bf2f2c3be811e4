//! `tillit verify`: says who signed the records of agreements, and whether they can be relied on.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::around::{Folders, kept};
use super::configuration::{self, Found as Configuration};
use super::records::{Record, Records};
use super::reports::{file_of, refuse_input};
use super::{Common, Failure, Format, Outcome, day, files, output, signers};
use crate::agreement::{Kept, Trouble, Trusted, verify};
use crate::discover::shown;
use crate::lint::Linter;
use crate::policy::{List, Signers};
use crate::report::verify::{Looked, json, text};
use crate::signature::LARGEST_LIST;
use crate::text::{Lang, Localized, both, escape};

/// Say who signed the records of agreements, and whether they can be relied on
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit verify\n  tillit verify agreements/planner-2026-11-02.yaml\n  tillit verify agreements/planner-2026-11-02.yaml --allowed-signers allowed_signers\n\nA signature counts where `ssh-keygen -Y verify -n tillit.agreement` says so. \nExit codes: 0 all are whole and signed by both sides, 1 at least one is not, 2 could not look."
)]
pub(super) struct Args {
    /// Records, manifests (the record that each names), or folders to search for agreements/*.yaml,
    /// except in hidden ones [default: here]
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
    let configuration = configuration::load(common, &search)?;
    let mut inputs = configuration.files();
    let Configuration { config, rules, folder } = configuration;
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

    let Records { records, missing, .. } = Records::of(&search, &linter);
    if records.is_empty() && missing.is_empty() {
        return Err(Failure::say(
            lang,
            "no record found (agreements/*.yaml); `tillit agree MANIFEST` writes one",
            "fant ikke noe dokument (agreements/*.yaml). `tillit agree MANIFEST` skriver et",
        ));
    }
    let complain = |what: &Localized| output::note(&format!("{}: {}", lang.pick("error", "feil"), what.get(lang)));
    missing.iter().for_each(complain);
    let mut all = Vec::new();
    let mut failed = !missing.is_empty();
    let folders = Folders::default();
    for Record { file, hashes } in &records {
        let name = escape(&shown(file)).into_owned();
        inputs.push(file.clone());
        let kept = match file.is_symlink() {
            true => Err(lang.pick("it is a link", "det er en lenke").to_owned()),
            false => kept(file, &folders, lang),
        };
        match kept {
            Ok(kept) => {
                inputs.extend(
                    kept.signatures
                        .iter()
                        .map(|signature| file.with_file_name(&signature.name)),
                );
                all.push(look(name, &kept, hashes, &linter));
            }
            Err(reason) => {
                failed = true;
                complain(&both(
                    format!("cannot read {name}: {reason}"),
                    format!("kan ikke lese {name}: {reason}"),
                ));
            }
        }
    }
    let file = args.output.as_deref().and_then(file_of);
    if let Some(file) = &file {
        inputs.extend(args.allowed_signers.iter().chain(&args.revoked_signers).cloned());
        inputs.extend(search.into_iter().filter(|path| path.is_file()));
        refuse_input(file, &inputs, lang)?;
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

/// Who signed a record, and whether it is the one that the manifests mean.
fn look(file: String, kept: &Kept, hashes: &[(String, String)], linter: &Linter) -> Looked {
    let mut verified = verify(&file, kept, &linter.trusted, &linter.rules, linter.today);
    let sha256 = &verified.sha256;
    let others = hashes.iter().filter(|(_, hash)| !hash.eq_ignore_ascii_case(sha256));
    let others = others.map(|(manifest, _)| {
        let message = both(
            format!("the file has another SHA-256 than {manifest} says: {sha256}"),
            format!("filen har en annen SHA-256 enn {manifest} sier: {sha256}"),
        );
        Trouble::new("agreement-altered", message)
    });
    let others: Vec<Trouble> = others.collect();
    verified.troubles.extend(others);
    Looked { file, verified }
}

/// A list of keys that an option names.
fn list(file: &Path, lang: Lang) -> Result<List, Failure> {
    let name = escape(&shown(file)).into_owned();
    let bytes = files::read(file, LARGEST_LIST).map_err(|error| {
        let reason = output::reason(&error, lang);
        output::unread(&name, &reason, lang)
    })?;
    Ok(List { name, bytes })
}
