//! Records and their signatures, for scripts: JSON, versioned, with its schema in `schemas/verify.v1.schema.json`.

use std::io;

use serde::Serialize;

use super::{Looked, help};
use crate::lint::Linter;
use crate::report::parts::{TOOL, Tool};
use crate::safe_json::write;
use crate::signature::Side;

/// The schema of the list, as it lies in the repository.
pub const VERIFY_SCHEMA: &str = include_str!("../../../schemas/verify.v1.schema.json");

/// The version of the format. It changes when a field is renamed, removed or means something else.
const VERSION: u32 = 1;

/// Writes what became of each record.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, all: &[Looked], out: &mut dyn io::Write) -> io::Result<()> {
    let list = List {
        version: VERSION,
        tool: TOOL,
        today: linter.today.to_string(),
        language: linter.lang.tag(),
        records: all.iter().map(|looked| Entry::of(looked, linter)).collect(),
    };
    write(&list, out)
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    tool: Tool,
    today: String,
    language: &'static str,
    records: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    sha256: &'a str,
    relied_on: bool,
    agreement: Option<Agreement<'a>>,
    signers: Vec<Signer<'a>>,
    troubles: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct Agreement<'a> {
    system: &'a str,
    name: &'a str,
    date: &'a str,
    review: Option<&'a str>,
    content_sha256: &'a str,
}

#[derive(Serialize)]
struct Signer<'a> {
    file: &'a str,
    side: &'static str,
    principals: &'a [String],
    key: &'a str,
    key_type: &'a str,
}

#[derive(Serialize)]
struct Trouble<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
}

impl<'a> Entry<'a> {
    fn of(looked: &'a Looked, linter: &'a Linter) -> Entry<'a> {
        let (verified, rules, lang) = (&looked.verified, &linter.rules, linter.lang);
        let agreement = verified.agreed.as_ref().map(|agreed| Agreement {
            system: &agreed.record.system,
            name: &agreed.record.name,
            date: &agreed.record.date,
            review: agreed.record.review.as_deref(),
            content_sha256: &agreed.record.sha256,
        });
        let signers = verified.signers.iter().map(|signer| Signer {
            file: &signer.file,
            side: match signer.side {
                Side::Worker => "worker",
                Side::Employer => "employer",
            },
            principals: &signer.signed.principals,
            key: &signer.signed.key,
            key_type: &signer.signed.kind,
        });
        let troubles = verified.troubles.iter().map(|trouble| Trouble {
            rule: trouble.rule,
            severity: trouble.severity(rules).name(),
            message: trouble.message.get(lang),
            help: help(trouble, rules, lang),
        });
        Entry {
            file: &looked.file,
            sha256: &verified.sha256,
            relied_on: looked.verified.is_relied_on(rules),
            agreement,
            signers: signers.collect(),
            troubles: troubles.collect(),
        }
    }
}
