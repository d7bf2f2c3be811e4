//! Whether a record can be relied on: that it holds together, and that both sides have signed it.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::record::{Agreed, Broken, Record, Summary};
use super::summary::has_only_known_terms;
use crate::finding::Severity;
use crate::ruleset::RuleSet;
use crate::signature::{Side, Signed, Trust};
use crate::source::SourceFile;
use crate::text::{Localized, both, hex, not_text, shown};
use crate::value::parse_date;

/// A record as it was found, with the signatures beside it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its bytes: what is signed.
    pub bytes: Vec<u8>,
    /// The files beside it that hold signatures, in the order of their names.
    pub signatures: Vec<Signature>,
}

/// A file with a signature.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its name.
    pub name: String,
    /// What stands in it, or why it was not read.
    pub bytes: Result<Vec<u8>, Localized>,
}

/// Whose signatures count: all that are asked must say so.
#[derive(Clone, Debug)]
pub struct Trusted {
    /// The revision whose word this is, as people name it; `None` for what is there now.
    pub revision: Option<String>,
    /// What it says; `None` where it names nobody.
    pub trust: Option<Trust>,
}

/// Something that keeps a record from being relied on.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// Id of the rule that it is a finding of.
    pub rule: &'static str,
    /// What is wrong.
    pub message: Localized,
    /// What to do, where it is more than what the rule says.
    pub help: Option<Localized>,
}

impl Trouble {
    /// Something wrong that the rule has the remedy for.
    pub fn new(rule: &'static str, message: Localized) -> Trouble {
        Trouble {
            rule,
            message,
            help: None,
        }
    }

    /// How serious it is, whatever a configuration says.
    pub fn severity(&self, rules: &RuleSet) -> Severity {
        let rule = rules.find(self.rule).map(|number| &rules.rules[number]);
        rule.map_or(Severity::Error, |rule| rule.severity)
    }
}

/// Somebody who signed, and counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Signer {
    /// The file with the signature.
    pub file: String,
    /// The side that it counts for.
    pub side: Side,
    /// Who, and with which key.
    pub signed: Signed,
}

/// What came of looking at a record.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// SHA-256 of the file, for the manifest's `sha256`.
    pub sha256: String,
    /// The record, if it holds together.
    pub agreed: Option<Agreed>,
    /// Who signed.
    pub signers: Vec<Signer>,
    /// What is wrong, in the order in which it is best read.
    pub troubles: Vec<Trouble>,
}

impl Verified {
    /// Whether the record holds together and both sides have signed it, whatever a configuration says.
    pub fn is_relied_on(&self, rules: &RuleSet) -> bool {
        self.troubles
            .iter()
            .all(|trouble| trouble.severity(rules) < Severity::Error)
    }
}

/// Looks at a record that people know by a name, on a day.
pub fn verify(name: &str, kept: &Kept, trusted: &[Trusted], rules: &RuleSet, today: Date) -> Verified {
    let mut verified = Verified {
        sha256: hex(&Sha256::digest(&kept.bytes)),
        ..Verified::default()
    };
    let file = name.rsplit('/').next().unwrap_or_default();
    let name = shown(name);
    match read(&name, &kept.bytes) {
        Err(trouble) => verified.troubles.push(trouble),
        Ok(agreed) => {
            verified.troubles.extend(disagreement(&name, &agreed, rules, today));
            verified.troubles.extend(misnamed(&name, file, &agreed));
            verified.agreed = Some(agreed);
        }
    }
    signatures(&name, kept, trusted, &mut verified);
    verified
}

fn read(name: &str, bytes: &[u8]) -> Result<Agreed, Trouble> {
    let unreadable = |what: Localized, help: Localized| Trouble {
        rule: "agreement-unreadable",
        message: both(
            format!("`{name}` is not a record that can be read: {}", what.en),
            format!("`{name}` er ikke et dokument som kan leses: {}", what.nb),
        ),
        help: Some(help),
    };
    let source = SourceFile::from_bytes(name, bytes.to_vec()).map_err(|(_, error)| {
        let (message, help) = not_text(error);
        unreadable(message, help)
    })?;
    let source = Arc::new(source);
    Record::read(&source).map_err(|broken| match broken {
        Broken::Form(mistakes) => {
            let first = mistakes.into_iter().next();
            let (message, help, line) = match first {
                Some(first) => (first.message, first.help, source.position(first.span.start).line),
                None => (Localized::default(), Localized::default(), 1),
            };
            let at = both(
                format!("line {line}: {}", message.en),
                format!("linje {line}: {}", message.nb),
            );
            unreadable(at, help)
        }
        Broken::Later(version) => {
            let version = shown(&version);
            let message = both(
                format!("version {version} of the format is later than this version of tillit"),
                format!("versjon {version} av formatet er nyere enn denne versjonen av tillit"),
            );
            let help = both(
                "Use a version of tillit that knows the format.",
                "Bruk en versjon av tillit som kjenner formatet.",
            );
            unreadable(message, help)
        }
        Broken::Altered(what) => Trouble::new(
            "agreement-altered",
            both(
                format!("`{name}` was altered after it was written: {}", what.en),
                format!("`{name}` er endret etter at det ble skrevet: {}", what.nb),
            ),
        ),
    })
}

/// What a record that holds together says wrongly.
fn disagreement(name: &str, agreed: &Agreed, rules: &RuleSet, today: Date) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let record = &agreed.record;
    if record.summary != Summary::of(&agreed.content, &rules.shape, &rules.vocabularies) {
        // Another version may word it otherwise, and so may an organisation that words its own terms anew.
        let is_ours = record.written_by == Record::writer();
        let is_certain = is_ours && has_only_known_terms(&agreed.content, &rules.shape, &rules.vocabularies);
        troubles.push(match is_certain {
            true => Trouble::new(
                "agreement-altered",
                both(
                    format!("`{name}` was altered after it was written: `summary` says other than `content`"),
                    format!("`{name}` er endret etter at det ble skrevet: `summary` sier noe annet enn `content`"),
                ),
            ),
            false => Trouble::new(
                "agreement-summary",
                both(
                    format!("`summary` in `{name}` is not worded as this version words `content`"),
                    format!("`summary` i `{name}` er ikke formulert slik denne versjonen formulerer `content`"),
                ),
            ),
        });
    }
    if agreed.date > today {
        troubles.push(Trouble::new(
            "agreement-not-yet",
            both(
                format!("`{name}` is of {}, which lies ahead: today is {today}", agreed.date),
                format!(
                    "`{name}` er datert {}, som ikke er kommet ennå: i dag er {today}",
                    agreed.date
                ),
            ),
        ));
    }
    troubles
}

/// A file name that gives a record another day than the record itself.
fn misnamed(name: &str, file: &str, agreed: &Agreed) -> Option<Trouble> {
    let day = day_of(file, &agreed.record.system)?;
    (day != agreed.date).then(|| {
        Trouble::new(
            "agreement-altered",
            both(
                format!("`{name}` has the name of a record of {day}, and is of {}", agreed.date),
                format!(
                    "`{name}` har navnet til et dokument av {day}, og er datert {}",
                    agreed.date
                ),
            ),
        )
    })
}

/// The day in the name of a record about a system, as `tillit agree` gives it: `ID-DATE.yaml`.
pub fn day_of(file: &str, system: &str) -> Option<Date> {
    let day = file.strip_prefix(system)?.strip_prefix('-')?.strip_suffix(".yaml")?;
    parse_date(day)
}

/// Who signed, and what is wrong with signatures.
fn signatures(name: &str, kept: &Kept, trusted: &[Trusted], verified: &mut Verified) {
    if kept.signatures.is_empty() {
        verified.troubles.push(Trouble::new(
            "agreement-unsigned",
            both(
                format!("nobody has signed `{name}`: no signature lies beside it"),
                format!("ingen har signert `{name}`: det ligger ingen signatur ved siden av"),
            ),
        ));
        return;
    }
    let mut keys = HashSet::new();
    for signature in &kept.signatures {
        match signer(signature, &kept.bytes, trusted) {
            Err(trouble) => verified.troubles.push(trouble),
            Ok(signer) => {
                let file = shown(&signer.file);
                match keys.insert(signer.signed.key.clone()) {
                    true => verified.signers.push(signer),
                    false => verified.troubles.push(Trouble::new(
                        "agreement-signed-twice",
                        both(
                            format!(
                                "`{file}` is a second signature with the key {}; it counts once",
                                signer.signed.key
                            ),
                            format!(
                                "`{file}` er enda en signatur med nøkkelen {}. Den teller én gang",
                                signer.signed.key
                            ),
                        ),
                    )),
                }
            }
        }
    }
    let has = |side: Side| verified.signers.iter().any(|signer| signer.side == side);
    let missing = match (has(Side::Worker), has(Side::Employer)) {
        (false, true) => both("the worker side", "arbeidstakersiden"),
        (true, false) => both("the employer", "arbeidsgiver"),
        _ => return,
    };
    verified.troubles.push(Trouble::new(
        "agreement-one-side",
        both(
            format!(
                "only one side has signed `{name}`: a signature of {} that counts is missing",
                missing.en
            ),
            format!(
                "bare den ene parten har signert `{name}`: det mangler en gyldig signatur fra {}",
                missing.nb
            ),
        ),
    ));
}

/// Who made a signature, if all that are trusted say that it counts, and for one side.
fn signer(signature: &Signature, message: &[u8], trusted: &[Trusted]) -> Result<Signer, Trouble> {
    let file = shown(&signature.name);
    let refuse = |why: Localized, of: Option<&str>, help: Option<Localized>| {
        let (en, nb) = match of.map(shown) {
            Some(revision) => (format!(" (as of {revision})"), format!(" (slik det er i {revision})")),
            None => Default::default(),
        };
        Trouble {
            rule: "agreement-signer-refused",
            message: both(
                format!("`{file}` does not count: {}{en}", why.en),
                format!("`{file}` teller ikke: {}{nb}", why.nb),
            ),
            help,
        }
    };
    let bytes = signature
        .bytes
        .as_ref()
        .map_err(|why| refuse(why.clone(), None, None))?;
    let mut signer: Option<Signer> = None;
    for one in trusted {
        let of = one.revision.as_deref();
        let trust = one.trust.as_ref().ok_or_else(|| {
            let why = both(
                "no file says who may sign",
                "ingen fil sier hvem som kan signere",
            );
            let help = both(
                "Name one in tillit.yaml, as `allowed-signers: FILE`, and let both sides approve it in a change of its own.",
                "Oppgi en i tillit.yaml, som `allowed-signers: FIL`, og la begge parter godkjenne den i en egen endring.",
            );
            refuse(why, of, Some(help))
        })?;
        let signed = trust
            .verify(message, bytes)
            .map_err(|refusal| refuse(refusal.message(), of, Some(refusal.help())))?;
        let side = side_of(&signed).map_err(|why| refuse(why, of, None))?;
        match &mut signer {
            None => {
                signer = Some(Signer {
                    file: signature.name.clone(),
                    side,
                    signed,
                });
            }
            Some(before) if before.side != side => {
                let why = both(
                    format!("the key {} stands for the other side there", signed.key),
                    format!("nøkkelen {} står for den andre parten der", signed.key),
                );
                return Err(refuse(why, of, None));
            }
            // By the names that both know, where there are such.
            Some(before) => {
                let names = &mut before.signed.principals;
                if names.iter().any(|name| signed.principals.contains(name)) {
                    names.retain(|name| signed.principals.contains(name));
                }
            }
        }
    }
    let nobody = || both("nobody is trusted", "ingen er betrodd");
    signer.ok_or_else(|| refuse(nobody(), None, None))
}

/// The one side that a signer stands for.
///
/// # Errors
/// Why it is none.
fn side_of(signed: &Signed) -> Result<Side, Localized> {
    let has = |side: Side| signed.principals.iter().any(|name| Side::of(name) == Some(side));
    let names = || {
        let names = signed.principals.iter().map(|name| shown(name));
        names.collect::<Vec<_>>().join(", ")
    };
    match (has(Side::Worker), has(Side::Employer)) {
        (true, false) => Ok(Side::Worker),
        (false, true) => Ok(Side::Employer),
        (true, true) => Err(both(
            format!("the key {} stands for both sides", signed.key),
            format!("nøkkelen {} står for begge parter", signed.key),
        )),
        (false, false) => Err(both(
            format!(
                "the name of the signer begins neither with `worker:` nor with `employer:`: {}",
                names()
            ),
            format!(
                "navnet på den som signerte, begynner verken med `worker:` eller med `employer:`: {}",
                names()
            ),
        )),
    }
}
