//! The record of an agreement: a YAML file that both sides sign.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Content;
use super::summary::summary;
use crate::conform;
use crate::finding::Mistake;
use crate::schema::{InstanceId, Manifest};
use crate::shape::Shape;
use crate::source::SourceFile;
use crate::text::{Lang, Localized, both, escape};
use crate::value::{Value, parse_date};
use crate::vocabulary::Vocabularies;
use crate::yaml::{Documents, Limits};

/// The schema of a record, as it lies in the repository.
pub const AGREEMENT_SCHEMA: &str = include_str!("../../schemas/agreement.v1.schema.json");

/// Folder beside a manifest that its records lie in.
pub const FOLDER: &str = "agreements";

/// Largest record that is read or written, in bytes.
pub const LARGEST: usize = 1 << 20;

/// Version of the format.
const VERSION: u64 = 1;

/// What stands in a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of the format.
    pub tillit_agreement: u64,
    /// Id of the system.
    pub system: String,
    /// Name of the system.
    pub name: String,
    /// The program that wrote it.
    pub written_by: String,
    /// The day of the agreement, as 2026-12-01.
    pub date: String,
    /// The day of the joint evaluation, where one was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// The parties.
    pub parties: Vec<Party>,
    /// The steps that led there.
    pub steps: Vec<Step>,
    /// The content in plain words.
    pub summary: Summary,
    /// The material content in canonical form.
    pub content: String,
    /// SHA-256 of it.
    pub sha256: String,
}

/// A party, as the manifest named it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// Kind of party.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A step between the parties, as the manifest named it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Kind of step.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// English.
    pub en: String,
    /// Norwegian Bokmål.
    pub nb: String,
}

impl Summary {
    /// A content in plain words.
    pub fn of(content: &Content, shape: &Shape, vocabularies: &Vocabularies) -> Summary {
        let [en, nb] = [Lang::En, Lang::Nb].map(|lang| summary(content, shape, vocabularies, lang));
        Summary { en, nb }
    }
}

/// A record that holds together.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// What stands in it.
    pub record: Record,
    /// The day of the agreement.
    pub date: Date,
    /// Its content.
    pub content: Content,
}

/// Why a record cannot be relied on.
#[derive(Clone, Debug)]
pub enum Broken {
    /// It cannot be read as a record: what is wrong, first things first.
    Form(Vec<Mistake>),
    /// A later version of tillit wrote it, in this version of the format.
    Later(String),
    /// It was altered after it was written: what does not fit.
    Altered(Localized),
}

impl Record {
    /// The record of an agreement about a system, reached on a day. `None` where the manifest has no system id.
    pub fn of(manifest: &Manifest<'_>, vocabularies: &Vocabularies, date: Date) -> Option<Record> {
        let system = manifest.text_at("system.id")?.to_owned();
        let safe = |text: &str| escape(text).into_owned();
        let read = |item: InstanceId, path: &str| match manifest.field(item, path) {
            Value::Text(text) => Some(safe(text)),
            Value::Term(term) => Some(vocabularies.term(term).id.clone()),
            Value::Date(date) => Some(date.to_string()),
            Value::Evidence(node) => {
                let document = manifest.document;
                let names = ["file", "url", "archive"].iter();
                let mut texts = names.filter_map(|key| document.text(document.get(node, key)?));
                texts.next().map(safe)
            }
            _ => None,
        };
        let items = |path: &str| manifest.items(manifest.at(path));
        let parties = items("codetermination.parties").map(|item| Party {
            kind: read(item, "type"),
            name: read(item, "name"),
        });
        // What came later did not lead there.
        let is_before = |item: &InstanceId| match manifest.field(*item, "date") {
            Value::Date(day) => day <= date,
            _ => true,
        };
        let steps = items("codetermination.steps").filter(is_before).map(|item| Step {
            kind: read(item, "type"),
            date: read(item, "date"),
            outcome: read(item, "outcome"),
            record: read(item, "evidence"),
        });
        let content = Content::of(manifest, vocabularies);
        let name = safe(manifest.text_at("system.name").unwrap_or(&system));
        Some(Record {
            tillit_agreement: VERSION,
            written_by: Record::writer(),
            date: date.to_string(),
            review: read(0, "codetermination.evaluation.next"),
            parties: parties.collect(),
            steps: steps.collect(),
            summary: Summary::of(&content, manifest.shape, vocabularies),
            sha256: content.digest(),
            content: content.text(),
            system,
            name,
        })
    }

    /// This program, as it names itself in a record.
    pub fn writer() -> String {
        format!("tillit {}", env!("CARGO_PKG_VERSION"))
    }

    /// The record as the file that is signed.
    ///
    /// # Errors
    /// The library that writes YAML refuses, which it does not for texts.
    pub fn text(&self) -> Result<String, serde_yaml::Error> {
        let body = serde_yaml::to_string(self)?;
        Ok(format!("{HEAD}{body}"))
    }

    /// Reads a record.
    ///
    /// # Errors
    /// It is none, or not one that can be relied on.
    pub fn read(source: &Arc<SourceFile>) -> Result<Agreed, Broken> {
        let mut documents = Documents::new(source.text(), Limits::default(), false);
        let mistake = |span, message, help| Mistake {
            source: Arc::clone(source),
            span,
            message,
            help,
        };
        let restore = || {
            both(
                "Restore the file as it was signed, or make a new record with `tillit agree`.",
                "Hent tilbake filen slik den ble signert, eller lag et nytt dokument med `tillit agree`.",
            )
        };
        let one = |message: Localized| Broken::Form(vec![mistake(Default::default(), message, restore())]);
        let Some(document) = documents.next() else {
            return Err(one(both("the file is empty", "filen er tom")));
        };
        let problems = document.problems.iter().map(|problem| {
            let message = both(problem.describe(Lang::En).0, problem.describe(Lang::Nb).0);
            mistake(problem.span, message, restore())
        });
        let problems: Vec<Mistake> = problems.collect();
        if !problems.is_empty() {
            return Err(Broken::Form(problems));
        }
        let Some(root) = document.root() else {
            return Err(one(both("the file is empty", "filen er tom")));
        };
        let version = document
            .get(root, "tillit_agreement")
            .and_then(|node| document.text(node));
        let version = version.unwrap_or_default();
        if version.parse().is_ok_and(|version: u64| version > VERSION) {
            return Err(Broken::Later(version.to_owned()));
        }
        let mistakes = conform::mistakes(source, &document, AGREEMENT_SCHEMA, "agreement");
        if !mistakes.is_empty() {
            return Err(Broken::Form(mistakes));
        }
        if version != VERSION.to_string() {
            // Another spelling of the number is not how tillit writes it.
            let message = both(
                format!("`tillit_agreement` is not {VERSION}"),
                format!("`tillit_agreement` er ikke {VERSION}"),
            );
            let span = document.get(root, "tillit_agreement").map(|node| document.span(node));
            return Err(Broken::Form(vec![mistake(
                span.unwrap_or_default(),
                message,
                restore(),
            )]));
        }
        if documents.next().is_some() {
            let second = both(
                "there is a second document behind `---`",
                "det står et dokument til etter `---`",
            );
            return Err(one(second));
        }
        let record: Record = match serde_json::from_value(document.to_json(root)) {
            Ok(record) => record,
            Err(error) => return Err(one(both(error.to_string(), error.to_string()))),
        };
        record.holds(one)
    }

    /// Whether its parts fit together.
    fn holds(self, form: impl Fn(Localized) -> Broken) -> Result<Agreed, Broken> {
        let date = parse_date(&self.date);
        let date = date.ok_or_else(|| form(both("`date` is no day", "`date` er ingen dag")))?;
        let content = Content::parse(&self.content).map_err(|error| {
            Broken::Altered(both(
                format!("line {} of `content` is not as tillit writes it", error.0),
                format!("linje {} i `content` er ikke slik tillit skriver den", error.0),
            ))
        })?;
        if content.digest() != self.sha256 {
            return Err(Broken::Altered(both(
                "`sha256` is not that of `content`",
                "`sha256` er ikke den som `content` har",
            )));
        }
        Ok(Agreed {
            record: self,
            date,
            content,
        })
    }
}

/// What a reader of the file is told first.
const HEAD: &str = "\
# Record of an agreement about an AI system at work, written by `tillit agree`. Read `summary`, then sign the file.
# It refers to the agreement between the parties and replaces no document that the law or an agreement wants in another form.
# Dokumentasjon av en avtale om et KI-system på jobb, skrevet av `tillit agree`. Les `summary`, og signer filen etterpå.
# Den viser til avtalen mellom partene og erstatter ikke noe dokument som lov eller avtale krever i en annen form.
";
