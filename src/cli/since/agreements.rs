//! Agreements as they were before a change: a change must not take one away unseen.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::Past;
use crate::agreement::{Agreed, Record, Trusted};
use crate::cli::Failure;
use crate::cli::git::Tree;
use crate::finding::{Finding, Severity};
use crate::lint::{Earlier, EarlierAgreement, FileReport, Linter, Run, about_policy};
use crate::pointer::{Pointer, Step};
use crate::signature::Moment;
use crate::source::{SourceFile, Span};
use crate::text::{Lang, hex, shown};

impl Past {
    /// Whose signatures counted: those whom the revision names, as of this moment.
    pub(in crate::cli) fn trusted(&self, moment: &Moment) -> Trusted {
        let signers = self.policy.as_ref().and_then(|policy| policy.signers.as_ref());
        Trusted {
            revision: Some(self.name.clone()),
            trust: signers.and_then(|signers| signers.trust(moment).ok()),
        }
    }

    /// Whether the change touches a signature beside a record.
    pub(super) fn is_signed_anew(&self, record: &Path) -> bool {
        let start = self.git.inside(record).map(|record| format!("{record}."));
        start.is_some_and(|start| {
            let mut others = self.changed.range(start.clone()..);
            others.next().is_some_and(|other| other.starts_with(&start))
        })
    }

    /// The agreement whose record was at a path, if somebody signed it and it holds together; and its SHA-256.
    pub(super) fn agreed(&self, tree: &Tree<'_>, path: &str) -> Result<Option<(Agreed, String)>, Failure> {
        let start = format!("{path}.");
        let mut signatures = tree.beginning_with(&start).filter(|p| p.ends_with(".sig"));
        if signatures.next().is_none() {
            return Ok(None);
        }
        // Who signed does not matter: signatures that do not count any more take no agreement away.
        let Some(bytes) = tree.read(path)? else {
            return Ok(None);
        };
        let sha256 = hex(&Sha256::digest(&bytes));
        let source = SourceFile::from_bytes(path, bytes).ok().map(Arc::new);
        let agreed = source.and_then(|source| Record::read(&source).ok());
        Ok(agreed.map(|agreed| (agreed, sha256)))
    }

    /// Systems that had an agreement and are described no more: under another id, nothing would bind them.
    pub(super) fn undescribed(&self, run: &Run, now: &Linter, touched: &[&str]) -> Vec<FileReport> {
        let agreements = now.earlier.iter().flat_map(|earlier| &earlier.agreements);
        let gone = agreements.filter(|(system, agreement)| {
            let manifest = agreement.manifest.as_deref();
            !run.systems.contains(system) && manifest.is_some_and(|manifest| touched.contains(&manifest))
        });
        let mut gone: Vec<_> = gone.collect();
        gone.sort_unstable_by_key(|(system, _)| Arc::clone(system));
        let report = |(system, agreement): (&Arc<str>, &EarlierAgreement)| {
            let (name, date) = (shown(&self.name), agreement.date);
            let message = match now.lang {
                Lang::En => format!(
                    "no manifest describes `{system}` any more, about which there is an agreement of {date} in {name}"
                ),
                Lang::Nb => {
                    format!("ingen manifester beskriver lenger `{system}`, som det er en avtale om av {date} i {name}")
                }
            };
            let source = Arc::new(SourceFile::new(
                self.shown(agreement.manifest.as_deref().unwrap_or_default()),
                "",
            ));
            let pointer = Pointer(vec![Step::Item(0, Some(system.to_string()))]);
            let finding = about_policy(now, "agreement-missing", &source, pointer, Span::default(), message);
            let help = now.lang.pick(
                "Keep the id of the system. If it goes out of use, give it the status `retired` first, and remove the manifest in a later change.",
                "Behold id-en til systemet. Tas det ut av bruk, så gi det status `retired` først, og fjern manifestet i en senere endring.",
            );
            let finding = Finding {
                severity: Severity::Error,
                help: help.to_owned(),
                ..finding
            };
            FileReport::about(source, vec![finding])
        };
        gone.into_iter().map(report).collect()
    }
}

/// Whose signatures counted before the change.
pub(super) fn trusted_then(linter: &Linter) -> Vec<Trusted> {
    let then = linter.trusted.iter().filter(|trusted| trusted.revision.is_some());
    then.cloned().collect()
}

/// Of several agreements about one system, the latest counted.
pub(super) fn note_agreement(earlier: &mut Earlier, agreed: (Agreed, String), file: String, manifest: Option<&str>) {
    let (agreed, sha256) = agreed;
    let known = earlier.agreements.entry(agreed.record.system.into());
    let agreement = EarlierAgreement {
        manifest: manifest.map(str::to_owned),
        file,
        date: agreed.date,
        sha256,
        content: agreed.content,
    };
    let kept = known.or_insert_with(|| agreement.clone());
    if kept.date < agreement.date {
        *kept = agreement;
    }
}
