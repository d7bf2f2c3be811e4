//! Finds the files that say who may sign agreements.

use std::path::Path;
use std::sync::Arc;

use super::configuration::regular;
use super::{Failure, files, output};
use crate::config::Config;
use crate::discover::{plain, shown};
use crate::finding::Mistake;
use crate::policy::{List, Signers};
use crate::signature::LARGEST_LIST;
use crate::source::Span;
use crate::text::{Lang, Localized, both, escape};

/// Those whom the configuration names, if it does: files below its folder.
///
/// # Errors
/// A file that cannot be read, or does not lie below the folder.
pub(super) fn find(config: &Config, folder: &Path, lang: Lang) -> Result<Option<Signers>, Failure> {
    named(
        config,
        |path, span| {
            let file = folder.join(path);
            if file.symlink_metadata().is_err() {
                return Err(not_there(config, span, lang));
            }
            let file = regular(file, lang)?;
            let here = file.strip_prefix(plain(Path::new("."))).unwrap_or(&file);
            let name = escape(&shown(here)).into_owned();
            let bytes = files::read(&file, LARGEST_LIST).map_err(|error| {
                let reason = output::reason(&error, lang);
                output::unread(&name, &reason, lang)
            })?;
            Ok(List { name, bytes })
        },
        lang,
    )
}

/// The same by a function that reads a file by its path below the folder of the configuration.
///
/// # Errors
/// That of the function, and paths that lead elsewhere.
pub(super) fn named(
    config: &Config,
    read: impl Fn(&str, Span) -> Result<List, Failure>,
    lang: Lang,
) -> Result<Option<Signers>, Failure> {
    let list = |named: &Option<(String, Span)>| {
        let Some((path, span)) = named else { return Ok(None) };
        let below = Path::new(path)
            .components()
            .all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
        if path.is_empty() || !below || path.contains('\\') {
            let message = both(
                "this is not a file below the configuration",
                "dette er ikke en fil under konfigurasjonen",
            );
            let help = both(
                "Name a file relative to tillit.yaml and below it.",
                "Oppgi en fil under tillit.yaml, relativt til den.",
            );
            return Err(wrong(config, *span, message, help, lang));
        }
        read(path, *span).map(Some)
    };
    let revoked = list(&config.revoked_signers)?;
    match (list(&config.allowed_signers)?, &config.revoked_signers) {
        (Some(allowed), _) => Ok(Some(Signers { allowed, revoked })),
        (None, Some((_, span))) => {
            let message = both(
                "without `allowed-signers`, nobody may sign",
                "uten `allowed-signers` kan ingen signere",
            );
            let help = both("Name both files, or none.", "Oppgi begge filene, eller ingen.");
            Err(wrong(config, *span, message, help, lang))
        }
        (None, None) => Ok(None),
    }
}

/// The file that the configuration names does not exist.
pub(super) fn not_there(config: &Config, span: Span, lang: Lang) -> Failure {
    let message = both("this file is not there", "denne filen finnes ikke");
    let help = both(
        "Write the file, with a line for each key: `worker:NAME KEY` or `employer:NAME KEY`.",
        "Skriv filen, med en linje for hver nøkkel: `worker:NAVN NØKKEL` eller `employer:NAVN NØKKEL`.",
    );
    wrong(config, span, message, help, lang)
}

fn wrong(config: &Config, span: Span, message: Localized, help: Localized, lang: Lang) -> Failure {
    let mistake = config.source.as_ref().map(|source| Mistake {
        source: Arc::clone(source),
        span,
        message,
        help,
    });
    Failure::Mistakes(mistake.into_iter().collect(), lang)
}
