//! What a manifest says beside what was agreed: whether the record can be relied on, and what has changed since.

use std::sync::Arc;

use jiff::civil::Date;

use super::aside::own_finding;
use super::locate::is_hash;
use super::{Checker, EvidenceState};
use crate::agreement::{
    Agreed, Change, Content, Direction, FOLDER, Record, Trouble, What, changes, day_of, name_of, verify,
};
use crate::examine::Examined;
use crate::finding::{Finding, Location};
use crate::schema::{Manifest, Place};
use crate::shape::Kind;
use crate::source::SourceFile;
use crate::text::{Lang, Localized, both, shown};
use crate::value::Value;
use crate::yaml::NodeId;

/// Where a manifest refers to the record of what was agreed.
const AGREEMENT: &str = "codetermination.agreement";

/// The rule about a change in a direction.
fn rule_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Widens => "agreement-widened",
        Direction::Narrows => "agreement-narrowed",
        Direction::Neutral => "agreement-changed",
    }
}

impl Checker<'_> {
    /// What is wrong with the agreement about a system, and what has changed since.
    pub(super) fn agreement(&mut self, examined: &mut Examined<'_>, packs: &[bool]) -> Vec<Finding> {
        let manifest = examined.manifest;
        let Some(slot) = manifest.shape.scopes[0].slot(AGREEMENT) else {
            return Vec::new();
        };
        let place = manifest.place(0, slot);
        let named = named(manifest);
        let mut troubles = Vec::new();
        let mut agreed = None;
        if let Some((path, node)) = named {
            agreed = self.record(manifest, path, node, &mut troubles);
        }
        let file = agreed.as_ref().map(|(_, sha256)| sha256.clone()).unwrap_or_default();
        let agreed = agreed.map(|(agreed, _)| agreed);
        match self.records_beside() {
            Err(trouble) => troubles.push(trouble),
            Ok(records) => {
                troubles.extend(self.later(named.map(|(path, _)| path), agreed.as_ref(), &records));
                let before = agreed.as_ref().and_then(|agreed| self.before(agreed, &records));
                if let (Some(agreed), Some(before)) = (&agreed, before) {
                    troubles.extend(self.undiscussed(&before, agreed, examined));
                }
            }
        }
        // What is out of use for good needs no agreement any more.
        if !self.linter.is_retired(manifest) {
            troubles.extend(self.gone(agreed.as_ref(), &file));
        }
        let mut findings: Vec<Finding> = troubles
            .into_iter()
            .filter_map(|trouble| self.trouble(trouble, &place, examined, packs))
            .collect();
        if let Some(agreed) = &agreed {
            findings.extend(self.changed(agreed, examined, packs));
        }
        self.tell_apart(&mut findings);
        findings
    }

    /// The record that the manifest names, if it holds together and is of this system, and the SHA-256 of its file.
    fn record(
        &self,
        manifest: &Manifest<'_>,
        path: &str,
        node: NodeId,
        troubles: &mut Vec<Trouble>,
    ) -> Option<(Agreed, String)> {
        let kept = match self.around.agreement(path) {
            Ok(kept) => kept,
            Err(EvidenceState::Found | EvidenceState::NotChecked) => return None,
            Err(state) => {
                troubles.push(Trouble::new("agreement-missing", missing(path, &state)));
                return None;
            }
        };
        let linter = self.linter;
        let verified = verify(path, &kept, &linter.trusted, &linter.rules, linter.today);
        troubles.extend(verified.troubles);
        let found = verified.sha256;
        // What is no hash at all has its own finding.
        let wanted = text(manifest, node, "sha256").filter(|hash| is_hash(hash));
        if wanted.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&found)) {
            let name = shown(path);
            troubles.push(Trouble::new(
                "agreement-altered",
                both(
                    format!("`{name}` has another SHA-256 than the manifest says: {found}"),
                    format!("`{name}` har en annen SHA-256 enn manifestet sier: {found}"),
                ),
            ));
        }
        let agreed = verified.agreed?;
        // A system without an id that can be read has a finding about that.
        let system = self.system.as_deref()?;
        if agreed.record.system == system {
            return Some((agreed, found));
        }
        let (name, other, system) = (shown(path), shown(&agreed.record.system), shown(system));
        troubles.push(Trouble::new(
            "agreement-other-system",
            both(
                format!("`{name}` is the record of another system: `{other}`, not `{system}`"),
                format!("`{name}` gjelder et annet system: `{other}`, ikke `{system}`"),
            ),
        ));
        None
    }

    /// The records of this system beside the manifest, as `tillit agree` names them, with their days.
    fn records_beside(&self) -> Result<Vec<(Date, String)>, Trouble> {
        let Some(system) = self.system.as_deref() else {
            return Ok(Vec::new());
        };
        let files = self.around.agreements(system).map_err(|reason| {
            Trouble::new(
                "agreement-missing",
                both(
                    format!(
                        "the folder `{FOLDER}` beside the manifest cannot be listed: {}",
                        shown(&reason)
                    ),
                    format!(
                        "mappen `{FOLDER}` ved siden av manifestet kan ikke listes: {}",
                        shown(&reason)
                    ),
                ),
            )
        })?;
        let mut records: Vec<(Date, String)> = files
            .into_iter()
            .filter_map(|file| Some((day_of(&file, system)?, file)))
            .collect();
        records.sort();
        Ok(records)
    }

    /// A record beside the manifest that it ought to name.
    fn later(&self, named: Option<&str>, agreed: Option<&Agreed>, records: &[(Date, String)]) -> Option<Trouble> {
        let named_file = named.and_then(beside);
        let mut others = records.iter().filter(|(_, file)| Some(file.as_str()) != named_file);
        let (day, file) = others.next_back()?;
        let file = shown(&format!("{FOLDER}/{file}"));
        let message = match (named, agreed.map(|agreed| agreed.date)) {
            (None, _) => both(
                format!("the manifest does not name the record of its agreement; `{file}` lies beside it"),
                format!("manifestet viser ikke til dokumentet om avtalen; `{file}` ligger ved siden av"),
            ),
            (Some(named), Some(agreed)) if *day > agreed => both(
                format!("`{}` is not the latest record: `{file}` is of {day}", shown(named)),
                format!(
                    "`{}` er ikke det nyeste dokumentet: `{file}` er datert {day}",
                    shown(named)
                ),
            ),
            (Some(named), Some(agreed)) if *day == agreed => both(
                format!("two records are of {day}: `{}` and `{file}`", shown(named)),
                format!("to dokumenter er datert {day}: `{}` og `{file}`", shown(named)),
            ),
            _ => return None,
        };
        Some(Trouble::new("agreement-latest", message))
    }

    /// The agreement that this one took the place of: the latest of those beside it and of that before the change
    /// that is checked. What nobody signed was none.
    fn before(&self, agreed: &Agreed, records: &[(Date, String)]) -> Option<(Date, Content)> {
        let earlier = self.linter.earlier.as_ref();
        let known = earlier.and_then(|earlier| earlier.agreements.get(self.system.as_ref()?));
        let known = known.map(|before| (before.date, before.content.clone()));
        let mut here = records.iter().rev().filter(|(day, _)| *day < agreed.date);
        let here = here.find_map(|(_, file)| {
            let kept = self.around.agreement(&format!("{FOLDER}/{file}")).ok()?;
            let source = SourceFile::from_bytes(file.as_str(), kept.bytes).ok()?;
            let before = Record::read(&Arc::new(source)).ok()?;
            let is_signed = !kept.signatures.is_empty() && before.record.system == agreed.record.system;
            is_signed.then_some((before.date, before.content))
        });
        let both = known.into_iter().chain(here).filter(|(day, _)| *day < agreed.date);
        both.max_by_key(|(day, _)| *day)
    }

    /// A new agreement that widens what was agreed, without a discussion between the two.
    fn undiscussed(&self, before: &(Date, Content), agreed: &Agreed, examined: &Examined<'_>) -> Option<Trouble> {
        let rules = &self.linter.rules;
        let (day, content) = before;
        if discussed(examined, *day, agreed.date).is_some() {
            return None;
        }
        let changes = changes(content, &agreed.content, &rules.shape, &rules.vocabularies);
        let wider: Vec<&Change> = changes.iter().filter(|c| c.direction == Direction::Widens).collect();
        let first = wider.first()?;
        let more = match wider.len() {
            1 => Default::default(),
            number => (format!(" and {} more", number - 1), format!(" og {} til", number - 1)),
        };
        let now = agreed.date;
        Some(Trouble::new(
            "agreement-widened",
            both(
                format!(
                    "the agreement of {now} widens that of {day}, and no discussion between them is recorded: {}{}",
                    first.message(Lang::En),
                    more.0
                ),
                format!(
                    "avtalen av {now} utvider den av {day}, og det er ikke ført opp noen drøfting imellom: {}{}",
                    first.message(Lang::Nb),
                    more.1
                ),
            ),
        ))
    }

    /// An agreement that counted before the change that is checked, and does not any more.
    fn gone(&self, agreed: Option<&Agreed>, sha256: &str) -> Option<Trouble> {
        let earlier = self.linter.earlier.as_ref()?;
        let before = earlier.agreements.get(self.system.as_ref()?)?;
        let now = agreed.map(|agreed| agreed.date);
        if now.is_some_and(|now| now > before.date || (now == before.date && *sha256 == before.sha256)) {
            return None;
        }
        let (file, day, name) = (shown(&before.file), before.date, &earlier.name);
        if now == Some(day) {
            // Which of two records of one day is the later cannot be told.
            return Some(Trouble {
                help: Some(both(
                    "Give the new record a later day, with `tillit agree --date`.",
                    "Gi det nye dokumentet en senere dag, med `tillit agree --date`.",
                )),
                ..Trouble::new(
                    "agreement-missing",
                    both(
                        format!(
                            "in {name} another record of {day} counts (`{file}`), and the change puts this one in its place"
                        ),
                        format!(
                            "i {name} gjelder et annet dokument av {day} (`{file}`), og endringen setter dette i stedet"
                        ),
                    ),
                )
            });
        }
        Some(Trouble::new(
            "agreement-missing",
            both(
                format!("in {name} the agreement of {day} counts (`{file}`), and the change takes it away"),
                format!("i {name} gjelder avtalen av {day} (`{file}`), og endringen tar den bort"),
            ),
        ))
    }

    fn trouble(&self, trouble: Trouble, place: &Place, examined: &mut Examined<'_>, packs: &[bool]) -> Option<Finding> {
        let lang = self.linter.lang;
        let primary = self.location(place, String::new());
        let message = trouble.message.get(lang).to_owned();
        let finding = self.of_rule(trouble.rule, primary, message, examined, packs)?;
        let help = trouble.help.map(|help| help.get(lang).to_owned());
        Some(Finding {
            help: help.unwrap_or(finding.help),
            ..finding
        })
    }

    /// A finding for each material change since the agreement.
    fn changed(&self, agreed: &Agreed, examined: &mut Examined<'_>, packs: &[bool]) -> Vec<Finding> {
        let (manifest, rules) = (examined.manifest, &self.linter.rules);
        let now = Content::of(manifest, &rules.vocabularies);
        let discussed = discussed(examined, agreed.date, examined.today).map(|day| day.to_string());
        let mut findings = Vec::new();
        for change in changes(&agreed.content, &now, &rules.shape, &rules.vocabularies) {
            let Some(place) = place_of(manifest, &change) else {
                continue;
            };
            let lang = self.linter.lang;
            let message = since(&change, agreed, discussed.as_deref(), lang);
            let primary = self.location(&place, String::new());
            findings.extend(
                self.of_rule(rule_of(change.direction), primary, message, examined, packs)
                    .map(|finding| {
                        // Several items that are gone have one place.
                        let apart = change.path.clone();
                        Finding { apart, ..finding }
                    }),
            );
        }
        findings
    }

    fn of_rule(
        &self,
        rule: &str,
        primary: Location,
        message: String,
        examined: &mut Examined<'_>,
        packs: &[bool],
    ) -> Option<Finding> {
        let number = self.linter.rules.find(rule)?;
        Some(Finding {
            system: self.system.clone(),
            bases: examined.bases(number, packs),
            ..own_finding(self.linter, rule, primary, message, packs)?
        })
    }
}

/// The file with the record of the agreement that a manifest names, and where it does.
pub(super) fn named<'m>(manifest: &'m Manifest<'_>) -> Option<(&'m str, NodeId)> {
    match manifest.at(AGREEMENT) {
        Value::Evidence(node) => text(manifest, node, "file").map(|path| (path, node)),
        _ => None,
    }
}

/// The text of a key of a record that a manifest refers to.
fn text<'m>(manifest: &'m Manifest<'_>, record: NodeId, key: &str) -> Option<&'m str> {
    let document = manifest.document;
    document.text(document.get(record, key)?)
}

/// The name of a file in the folder for records, where a path leads there. The same name elsewhere is another file.
fn beside(path: &str) -> Option<&str> {
    let mut parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(FOLDER), Some(file), None) => Some(file),
        _ => None,
    }
}

/// Why the record that a manifest names by this path is not there.
pub fn missing(path: &str, state: &EvidenceState) -> Localized {
    let name = shown(path);
    match state {
        EvidenceState::Outside => both(
            format!("the record `{name}` leads out of the repository and was not read"),
            format!("dokumentet `{name}` fører ut av kodelageret og ble ikke lest"),
        ),
        EvidenceState::Link => both(
            format!("the record `{name}` is a link or lies behind one, and was not read"),
            format!("dokumentet `{name}` er en lenke eller ligger bak en, og ble ikke lest"),
        ),
        EvidenceState::NotAFile => both(
            format!("the record `{name}` is not a regular file"),
            format!("dokumentet `{name}` er ikke en vanlig fil"),
        ),
        EvidenceState::Unreadable(reason) => both(
            format!("the record `{name}` cannot be read: {}", shown(reason)),
            format!("dokumentet `{name}` kan ikke leses: {}", shown(reason)),
        ),
        _ => both(
            format!("the record `{name}` is not there"),
            format!("dokumentet `{name}` finnes ikke"),
        ),
    }
}

/// The day of the latest discussion after one day and not after another, if there was one.
fn discussed(examined: &Examined<'_>, after: Date, until: Date) -> Option<Date> {
    let manifest = examined.manifest;
    let is_bilateral = |value| match value {
        Value::Term(term) => {
            let tags = &examined.rules.vocabularies.term(term).tags;
            tags.iter().any(|tag| tag == "bilateral")
        }
        _ => false,
    };
    let steps = manifest.items(manifest.at("codetermination.steps"));
    let days = steps.filter_map(|step| match manifest.field(step, "date") {
        Value::Date(day) if is_bilateral(manifest.field(step, "type")) => Some(day),
        _ => None,
    });
    days.filter(|day| *day > after && *day <= until.min(examined.today))
        .max()
}

/// What a finding says of a change.
fn since(change: &Change, agreed: &Agreed, discussed: Option<&str>, lang: Lang) -> String {
    let (what, day) = (change.message(lang), agreed.date);
    match (change.direction, discussed, lang) {
        (Direction::Widens, Some(discussed), Lang::En) => {
            format!(
                "widened since the agreement of {day}: {what} (discussed on {discussed}, but there is no new record)"
            )
        }
        (Direction::Widens, Some(discussed), Lang::Nb) => {
            format!(
                "utvidet siden avtalen av {day}: {what} (drøftet {discussed}, men det finnes ikke noe nytt dokument)"
            )
        }
        (Direction::Widens, None, Lang::En) => format!("widened since the agreement of {day}: {what}"),
        (Direction::Widens, None, Lang::Nb) => format!("utvidet siden avtalen av {day}: {what}"),
        (Direction::Narrows, _, Lang::En) => format!("narrowed since the agreement of {day}: {what}"),
        (Direction::Narrows, _, Lang::Nb) => format!("innskrenket siden avtalen av {day}: {what}"),
        (Direction::Neutral, _, Lang::En) => format!("changed since the agreement of {day}: {what}"),
        (Direction::Neutral, _, Lang::Nb) => format!("endret siden avtalen av {day}: {what}"),
    }
}

/// Where a change shows in the manifest; nowhere where the form of what stands there is wrong, which has a finding.
fn place_of(manifest: &Manifest<'_>, change: &Change) -> Option<Place> {
    let Some((scope, slot)) = change.field else {
        return Some(manifest.anchor(0));
    };
    let name = change.item.as_deref();
    let list = match &change.what {
        What::Added | What::Renamed { .. } => match manifest.shape.scopes[0].fields[slot].kind {
            Kind::Items(items) => Some(items),
            _ => None,
        },
        _ => None,
    };
    if let Some(items) = list {
        let item = manifest
            .items_of(items)
            .find(|item| Some(name_of(manifest, *item).as_str()) == name);
        return Some(item.map_or_else(|| manifest.place(0, slot), |item| manifest.anchor(item)));
    }
    if scope == 0 {
        return (manifest.value(0, slot) != Value::Invalid).then(|| manifest.place(0, slot));
    }
    let mut items = manifest.items_of(scope);
    let item = match name {
        Some(name) => items.find(|item| name_of(manifest, *item) == name),
        None => items.find(|item| manifest.value(*item, slot).is_present()),
    };
    match item {
        Some(item) => (manifest.value(item, slot) != Value::Invalid).then(|| manifest.place(item, slot)),
        None => {
            let path = &manifest.shape.scopes[scope].path;
            let list = manifest.shape.scopes[0].slot(path);
            Some(list.map_or_else(|| manifest.anchor(0), |list| manifest.place(0, list)))
        }
    }
}
