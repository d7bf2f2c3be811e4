//! The report for GitHub's code scanning and other readers of SARIF 2.1.0.
//!
//! What GitHub asks beyond the standard is met: one place for each result, all four numbers of a region, paths
//! from the root of the repository, texts of a rule below their limits. Of the rules only those are written that
//! have a result: GitHub keeps what it is given, and the texts of all would be most of every file. There is no
//! `security-severity`: it would make a question of codetermination a vulnerability.

use std::collections::BTreeSet;
use std::io;

use serde::{Serialize, Serializer};

use super::basis::{Clause, category, clauses, docs_page, gravity};
use super::quote::quoted;
use super::words::{Fingerprints, Told, waived};
use super::{Options, summary};
use crate::finding::{Finding, Location, Severity};
use crate::lint::{Linter, Run, Standing};
use crate::rule::{PackKind, Rule, Tail};
use crate::ruleset::RuleSet;
use crate::safe_json;
use crate::text::{Lang, Localized, address, cut, one_line};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// GitHub refuses a longer description of a rule.
const LONGEST_DESCRIPTION: usize = 1_000;
/// GitHub shows no more places of a result.
const MOST_PLACES: usize = 100;
/// GitHub refuses a rule with more tags.
const MOST_TAGS: usize = 20;

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, options: Options, out: &mut dyn io::Write) -> io::Result<()> {
    let (shown, left) = selection(run, options);
    let ids: BTreeSet<&str> = shown.iter().map(|s| &*s.finding.rule).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let tag = linter.lang.tag();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [RunEntry {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    language: tag,
                    rules: ids.iter().map(|id| RuleEntry::of(linter, id)).collect(),
                },
            },
            language: tag,
            automation_details: AutomationDetails { id: "tillit/" },
            invocations: [Invocation {
                execution_successful: run.unread.is_empty(),
                tool_execution_notifications: notifications(linter, run, options, left),
            }],
            column_kind: "utf16CodeUnits",
            newline_sequences: ["\r\n", "\n", "\r"],
            results: Results {
                linter,
                run,
                ids,
                shown,
            },
        }],
    };
    safe_json::write(&log, out)
}

/// A finding with the waiver that sets it aside, if one does.
struct Shown<'a> {
    finding: &'a Finding,
    waiver: Option<&'a Standing>,
}

/// The findings to show, in their order, and how many more there are. Of too many, the gravest.
fn selection(run: &Run, options: Options) -> (Vec<Shown<'_>>, usize) {
    let open = run.findings().map(|finding| Shown { finding, waiver: None });
    let waived = run.waived().filter(|_| options.show_waived).map(|waived| Shown {
        finding: &waived.finding,
        waiver: Some(&waived.waiver),
    });
    let mut shown: Vec<(usize, Shown<'_>)> = open.chain(waived).enumerate().collect();
    let left = shown.len().saturating_sub(MOST_RESULTS);
    if left > 0 {
        shown.sort_by_key(|(_, s)| std::cmp::Reverse((s.waiver.is_none(), gravity(s.finding))));
        shown.truncate(MOST_RESULTS);
        shown.sort_by_key(|(place, _)| *place);
    }
    (shown.into_iter().map(|(_, shown)| shown).collect(), left)
}

/// What readers must know of the run as a whole.
fn notifications(linter: &Linter, run: &Run, options: Options, left: usize) -> Vec<Notification> {
    let lang = linter.lang;
    let unread = run.unread.iter().map(|unread| {
        let (path, reason) = (one_line(&unread.path), one_line(&unread.reason));
        Notification::new(
            Severity::Error,
            match lang {
                Lang::En => format!("{path} could not be read and was not checked: {reason}"),
                Lang::Nb => format!("{path} kunne ikke leses og er ikke kontrollert: {reason}"),
            },
        )
    });
    let left = (left > 0).then(|| {
        Notification::new(
            Severity::Warning,
            match lang {
                Lang::En => format!("Only the {MOST_RESULTS} gravest findings are here; {left} more were found."),
                Lang::Nb => format!("Bare de {MOST_RESULTS} alvorligste funnene er her; {left} til ble funnet."),
            },
        )
    });
    let aside = summary::aside(run, options, lang);
    let aside = aside.into_iter().map(|text| Notification::new(Severity::Note, text));
    unread.chain(left).chain(aside).collect()
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [RunEntry<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunEntry<'a> {
    tool: Tool,
    language: &'static str,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    language: &'static str,
    rules: Vec<RuleEntry>,
}

/// The part before the slash is what GitHub calls the category; `upload-sarif` can put its own in its place.
#[derive(Serialize)]
struct AutomationDetails {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

impl Notification {
    fn new(level: Severity, text: String) -> Self {
        Notification {
            level: level.name(),
            message: Text { text },
        }
    }
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleEntry {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
}

impl RuleEntry {
    fn of(linter: &Linter, id: &str) -> Self {
        let (rules, lang) = (&linter.rules, linter.lang);
        let rule = rules.find(id).and_then(|number| rules.rules.get(number));
        let text = |of: fn(&Tail) -> &Localized| {
            let text = rule.map_or("", |rule| of(rule.tail()).get(lang));
            one_line(if text.trim().is_empty() { id } else { text })
        };
        let description = |of| Text {
            text: cut(&text(of), LONGEST_DESCRIPTION).into_owned(),
        };
        let severity = rule.map_or(Severity::Warning, |rule| rule.severity);
        let (help, why) = (text(|tail| &tail.help), text(|tail| &tail.rationale));
        let help_uri = rule.and_then(docs_page);
        let link = help_uri
            .as_ref()
            .map_or(String::new(), |page| format!("\n\n[{id}]({page})"));
        RuleEntry {
            id: id.to_owned(),
            name: pascal(id),
            short_description: description(|tail| &tail.title),
            full_description: description(|tail| &tail.rationale),
            help: Help {
                text: format!("{help}\n\n{why}"),
                markdown: format!("{}\n\n{}{link}", quoted(&help), quoted(&why)),
            },
            help_uri,
            default_configuration: Configuration { level: severity.name() },
            properties: RuleProperties {
                tags: rule.map_or(Vec::new(), |rule| tags(rules, rule)),
                problem_severity: match severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Note => "recommendation",
                },
            },
        }
    }
}

/// `no-shared-logins` as `NoSharedLogins`: the standard wants a name that is no other id.
fn pascal(id: &str) -> String {
    let mut name = String::new();
    for word in id.split('-') {
        let mut chars = word.chars();
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    name
}

/// The category of a rule, and its packs: `law/no`.
fn tags(rules: &RuleSet, rule: &Rule) -> Vec<String> {
    let mut tags = vec![rule.category.to_string()];
    for pack in rule.bases.iter().flat_map(|basis| &basis.packs) {
        if let Some(pack) = rules.packs.get(*pack) {
            let tag = format!("{}/{}", pack.kind.name(), pack.id);
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    tags.truncate(MOST_TAGS);
    tags
}

/// Written one after the other, so that memory does not grow with the report.
struct Results<'a> {
    linter: &'a Linter,
    run: &'a Run,
    /// The ids of the rules that are written, in their order.
    ids: Vec<&'a str>,
    shown: Vec<Shown<'a>>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        // The standard: where one result has the key, all have it.
        let suppressible = self.shown.iter().any(|shown| shown.waiver.is_some());
        serializer.collect_seq(self.shown.iter().map(|Shown { finding, waiver }| {
            let fingerprint = fingerprints.next(finding);
            let suppressions: Vec<Suppression> = waiver
                .iter()
                .map(|waiver| Suppression::of(self.run, waiver, self.linter.lang))
                .collect();
            ResultEntry {
                rule_id: &finding.rule,
                rule_index: self.ids.partition_point(|id| *id < &*finding.rule),
                level: finding.severity.name(),
                message: message(self.linter, self.run, finding),
                locations: [Place::of(self.run, &finding.primary)],
                related_locations: finding
                    .secondary
                    .iter()
                    .take(MOST_PLACES)
                    .map(|location| Place::of(self.run, location))
                    .collect(),
                partial_fingerprints: PartialFingerprints {
                    own: fingerprint.clone(),
                    line: fingerprint,
                },
                suppressions: suppressible.then_some(suppressions),
                properties: ResultProperties {
                    system: finding.system.as_deref(),
                    declared: finding.declared,
                    category: category(&self.linter.rules, finding),
                    bases: Bases::of(&self.linter.rules, finding),
                    related: finding.related.iter().map(|other| &*other.rule).collect(),
                },
            }
        }))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultEntry<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    partial_fingerprints: PartialFingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
    properties: ResultProperties<'a>,
}

/// GitHub knows a result again by the second one, which it would otherwise make from the text of the line.
#[derive(Serialize)]
struct PartialFingerprints {
    #[serde(rename = "tillit/v1")]
    own: String,
    #[serde(rename = "primaryLocationLineHash")]
    line: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
    location: Place,
}

impl Suppression {
    fn of(run: &Run, waiver: &Standing, lang: Lang) -> Self {
        Suppression {
            kind: "inSource",
            status: "accepted",
            justification: waived(waiver, lang),
            location: Place::of(run, &waiver.place),
        }
    }
}

#[derive(Serialize)]
struct ResultProperties<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    declared: bool,
    category: &'a str,
    bases: Bases<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<&'a str>,
}

/// What a finding rests on, policy apart from law.
#[derive(Default, Serialize)]
struct Bases<'a> {
    policy: Vec<&'a str>,
    law: Vec<&'a str>,
    agreement: Vec<&'a str>,
}

impl<'a> Bases<'a> {
    fn of(rules: &'a RuleSet, finding: &'a Finding) -> Self {
        let mut bases = Bases::default();
        for Clause { kind, source, .. } in clauses(rules, finding) {
            let list = match kind {
                PackKind::Policy => &mut bases.policy,
                PackKind::Law => &mut bases.law,
                PackKind::Agreement => &mut bases.agreement,
            };
            list.push(&*source.citation);
        }
        bases
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Place {
    fn of(run: &Run, location: &Location) -> Self {
        let (start, end) = (location.start, location.end.max(location.start));
        let label = unlinked(&one_line(&location.label));
        Place {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: match run.addresses.get(&location.file) {
                        Some(address) => address.clone(),
                        None => address(run.path(&location.file).as_bytes()),
                    },
                    uri_base_id: "%SRCROOT%",
                },
                region: Region {
                    start_line: start.line,
                    start_column: start.utf16,
                    end_line: end.line,
                    end_column: end.utf16,
                },
            },
            message: (!label.is_empty()).then_some(Text { text: label }),
        }
    }
}

fn message(linter: &Linter, run: &Run, finding: &Finding) -> Text {
    let lines = Told::of(linter, run, finding).lines(linter.lang);
    Text {
        text: unlinked(&lines.join("\n")),
    }
}

/// The text, without what SARIF reads as a link: `[text](address)`.
fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}
