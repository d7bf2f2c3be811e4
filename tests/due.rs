//! What falls due: that the list and the rules agree, and that every format says the same, whatever names say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;

use icalendar::{Calendar, Component as _, Event, EventLike as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;
use tillit::config::Config;
use tillit::due::{Due, Entry, Kind, Listed, of_file};
use tillit::finding::Finding;
use tillit::lint::{Alone, Linter, Unread};
use tillit::report::due::{ics, json, text};
use tillit::report::text::Style;
use tillit::source::SourceFile;
use tillit::text::{Lang, guarded, is_unsafe};
use tillit::value::parse_date;

/// How long before a day the rules warn.
const NOTICE: i64 = 31;

/// Octets of a line of a calendar. RFC 5545 recommends 75; the library leaves one more in the last part of a line.
const LONGEST_LINE: usize = 76;

/// One of each kind, and what must not be listed.
const EVERY_KIND: &str = "\
tillit: 1
system: { id: planner, name: Planner, status: pilot }
codetermination:
  parties: [{ id: dpo, type: dpo, name: Privacy office }]
  steps: [{ type: evaluation, date: 2026-03-01 }, { type: discussion, date: 2026-09-01 }]
  evaluation: { interval: 1 year, with: [tillitsvalgt, employer] }
assessments: { dpia: { review_date: 2026-11-20 } }
fairness: { retest_interval: 6 months, tests: [{ date: 2026-08-31 }] }
accountability: { owner: { role: Head of planning } }
lifecycle: { deploy_date: 2025-01-01, end_date: 2026-12-31 }
waivers:
  - rule: process-open-to-workers
    expires: 2026-11-21
    signatories: { employer: Kari, workers: Ola }
---
tillit: 1
system: { id: old, name: Old, status: retired }
data:
  inputs:
    - { id: badge, category: badge-access, retention: 90 days }
    - { id: log, category: task-log, retention: 1 year }
    - { id: totals, category: task-log, retention: 1 day, identifiable: false }
  generated: [{ id: score, retention: 90 days }]
lifecycle: { end_date: 2026-10-01 }
codetermination: { evaluation: { next: 2026-01-01 } }
---
tillit: 1
system: { id: camera, name: Camera, status: deployed }
codetermination: { evaluation: { next: 2027-02-01 } }
lifecycle: { end_date: 2027-06-30 }
---
tillit: 1
system: { id: planned, name: Planned, status: planned }
codetermination: { evaluation: { next: 2026-01-01 } }
lifecycle: { end_date: 2026-01-01 }
---
tillit: 1
system: { id: deleted, name: Deleted, status: retired }
data: { inputs: [{ id: badge, category: badge-access, retention: 90 days }] }
lifecycle: { end_date: 2026-01-01, data_deleted: 2026-04-01 }
";

fn today() -> Date {
    parse_date("2026-11-21").unwrap()
}

fn linter(today: Date, lang: Lang) -> Linter {
    Linter::new(&Config::default(), &[], today, lang).unwrap_or_else(|m| panic!("{m:?}"))
}

fn listed(linter: &Linter, text: &str) -> Listed {
    of_file(linter, &SourceFile::new("a.tillit.yaml", text))
}

fn due(linter: &Linter, text: &str) -> Due {
    Due::new(vec![listed(linter, text)], Vec::new(), None)
}

/// Day, kind, system and what it is about.
fn said(entries: &[Entry]) -> Vec<String> {
    let line = |entry: &Entry| {
        let about = entry
            .about
            .iter()
            .chain(&entry.responsible)
            .cloned()
            .collect::<Vec<_>>();
        let system = entry.system.as_deref().unwrap_or("-");
        format!("{} {} {system}: {}", entry.date, entry.kind.id(), about.join(", "))
    };
    entries.iter().map(line).collect()
}

#[test]
fn one_of_each_kind_by_day() {
    let listed = due(&linter(today(), Lang::En), EVERY_KIND);
    let wanted = [
        "2026-11-20 dpia-review planner: Privacy office",
        "2026-11-21 waiver-end planner: process-open-to-workers, Kari, Ola",
        "2026-12-30 deletion old: badge, score",
        "2026-12-31 pilot-end planner: Head of planning",
        "2027-02-01 evaluation camera: ",
        "2027-02-28 fairness-test planner: Head of planning",
        "2027-03-01 evaluation planner: elected union representative (shop steward), employer",
        "2027-06-30 measure-end camera: ",
        "2027-10-01 deletion old: log",
    ];
    assert_eq!(said(&listed.entries), wanted);
    assert_eq!((listed.manifests, listed.later, listed.overdue(today())), (5, 0, 1));
    let kinds: BTreeSet<Kind> = listed.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, Kind::ALL.into());
}

#[test]
fn what_comes_later_than_asked_is_counted() {
    let linter = linter(today(), Lang::En);
    let last = parse_date("2026-12-31");
    let listed = Due::new(vec![listed(&linter, EVERY_KIND)], Vec::new(), last);
    assert_eq!((listed.entries.len(), listed.later), (4, 5), "the last day is in");
}

/// The manifests of the examples, and one of each kind.
fn manifests() -> Vec<String> {
    fn walk(folder: &Path, out: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => walk(&path, out),
                path if path.to_string_lossy().ends_with(".tillit.yaml") => out.push(fs::read_to_string(path).unwrap()),
                _ => {}
            }
        }
    }
    let mut all: Vec<String> = EVERY_KIND.split("---\n").map(str::to_owned).collect();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &mut all);
    assert!(all.len() > 30, "{}", all.len());
    all
}

/// The rules that speak of days, and whether a finding of one is about a day that has passed.
fn about_days(finding: &Finding) -> Option<bool> {
    let place = finding.primary.pointer.to_string();
    match &*finding.rule {
        "review-overdue" | "waiver-expired" => Some(true),
        "dates-fit-status" if place == "lifecycle.end_date" => Some(true),
        "retired-data-deleted" => Some(finding.severity.to_string() == "error"),
        "due-soon" | "waiver-ends-soon" => Some(false),
        _ => None,
    }
}

fn warns(kind: Kind) -> &'static str {
    match kind {
        Kind::WaiverEnd => "waiver-ends-soon",
        Kind::Deletion => "retired-data-deleted",
        _ => "due-soon",
    }
}

/// Whatever is overdue has a finding of its rule, whatever comes within the notice has the warning, and no rule
/// speaks of a day that is not listed: before, on and after every day that is.
#[test]
fn the_list_and_the_rules_agree() {
    let any_day = linter(today(), Lang::En);
    let mut compared = BTreeMap::new();
    for text in manifests() {
        let days: BTreeSet<Date> = listed(&any_day, &text).entries.iter().map(|entry| entry.date).collect();
        let around = |day: &Date| [-NOTICE - 1, -NOTICE, 1 - NOTICE, -1, 0, 1].map(|days| *day + days.days());
        for day in days.iter().flat_map(around) {
            let linter = linter(day, Lang::En);
            let entries = listed(&linter, &text).entries;
            let source = Arc::new(SourceFile::new("a.tillit.yaml", text.as_str()));
            let report = linter.check(source, &Alone);
            let findings: Vec<&Finding> = report.findings.iter().flat_map(Finding::every).collect();
            let has = |rule: &str, passed| {
                findings
                    .iter()
                    .any(|f| &*f.rule == rule && about_days(f) == Some(passed))
            };
            let is_near = |entry: &Entry| !entry.is_overdue(day) && i64::from((entry.date - day).get_days()) < NOTICE;
            for entry in &entries {
                let rule = entry.rule.as_deref().expect("every rule is asked here");
                let (overdue, near) = (entry.is_overdue(day), is_near(entry));
                if overdue {
                    assert!(has(rule, true), "{day}: {entry:?}");
                }
                // Of a deletion that is late and one that is near, the graver is told.
                let late_as_well = entry.kind == Kind::Deletion && has("retired-data-deleted", true);
                if near && !late_as_well {
                    assert!(has(warns(entry.kind), false), "{day}: {entry:?}");
                }
                *compared.entry((entry.kind.id(), overdue, near)).or_insert(0) += 1;
            }
            for finding in &findings {
                let is_it = |entry: &Entry| match about_days(finding) {
                    Some(true) => entry.is_overdue(day) && entry.rule.as_deref() == Some(&finding.rule),
                    _ => is_near(entry) && warns(entry.kind) == &*finding.rule,
                };
                let is_listed = about_days(finding).is_none() || entries.iter().any(is_it);
                assert!(is_listed, "{day}: {}: {}", finding.rule, finding.message);
            }
        }
    }
    let seen: BTreeSet<(&str, bool, bool)> = compared.into_keys().collect();
    for kind in Kind::ALL {
        for state in [(true, false), (false, true), (false, false)] {
            assert!(
                seen.contains(&(kind.id(), state.0, state.1)),
                "never compared: {kind:?} {state:?}"
            );
        }
    }
}

#[test]
fn a_rule_is_named_only_where_it_is_asked() {
    let text = "levels: { review-overdue: off }\npacks: { core: false }\n";
    let config = Config::parse(&Arc::new(SourceFile::new("tillit.yaml", text))).unwrap_or_else(|m| panic!("{m:?}"));
    let linter = Linter::new(&config, &[], today(), Lang::En).unwrap_or_else(|m| panic!("{m:?}"));
    let norwegian = EVERY_KIND.replace("id: old,", "id: old, jurisdictions: [\"NO\"],");
    let listed = due(&linter, &norwegian);
    let named: BTreeSet<&str> = listed
        .entries
        .iter()
        .filter_map(|entry| entry.rule.as_deref())
        .collect();
    assert_eq!(named, ["retired-data-deleted"].into());
    assert_eq!(listed.entries.len(), 9, "the days are listed all the same");
}

/// An entry is known by system, kind and place: by neither its day nor its lines, nor the order of lists.
#[test]
fn an_entry_stays_what_it_is_when_its_day_moves() {
    let linter = linter(today(), Lang::En);
    let ids = |text: &str| -> BTreeMap<String, String> {
        let entries = due(&linter, text).entries;
        let key = |entry: &Entry| format!("{:?} {:?} {:?}", entry.kind, entry.system, entry.about);
        entries.iter().map(|entry| (key(entry), entry.id.to_string())).collect()
    };
    let moved = EVERY_KIND
        .replace("2026-11-20", "2027-05-05")
        .replace("expires: 2026-11-21", "expires: 2027-05-06")
        .replace("interval: 1 year", "interval: 2 years")
        .replace("next: 2027-02-01", "next: 2027-03-03")
        .replace("tillit: 1\n", "tillit: 1\n# a line\n");
    let before = ids(EVERY_KIND);
    assert_eq!(before.len(), 9);
    assert_eq!(before.values().collect::<BTreeSet<_>>().len(), 9, "each has its own");
    assert_eq!(ids(&moved), before);
    let twice = format!("{EVERY_KIND}---\n{EVERY_KIND}");
    let all: BTreeSet<String> = due(&linter, &twice).entries.iter().map(|e| e.id.to_string()).collect();
    assert_eq!(all.len(), 18, "the same system twice is told apart");
}

#[test]
fn what_hides_days_is_told_and_other_mistakes_are_not() {
    let linter = linter(today(), Lang::En);
    let head = "tillit: 1\nsystem: { id: a, name: A, status: deployed }\n";
    for (text, unclear) in [
        ("", false),
        ("codetermination: { evaluation: { next: 01/02/2026 } }\n", true),
        ("codetermination: { evaluation: { nxt: 2026-02-01 } }\n", true),
        ("lifecycle: soon\n", true),
        ("waivrs: []\n", true),
        ("data: { inputs: [{ id: a, retention: as long as needed }] }\n", false),
        ("oversight: { colour: blue }\n", false),
        (
            "purposes: [{ id: a, area: monitoring }, { id: a, area: scheduling }]\n",
            false,
        ),
    ] {
        assert_eq!(listed(&linter, &format!("{head}{text}")).unclear, unclear, "{text}");
    }
    let retired = head.replace("deployed", "retired") + "data: { inputs: [{ id: a, retention: long }] }\n";
    assert!(listed(&linter, &retired).unclear, "the day of a deletion");
    for text in [
        "",
        "- a\n",
        "tillit: [\n",
        "tillit: 1\nsystem: { id: a, name: A, status: deployd }\n",
    ] {
        assert!(listed(&linter, text).unclear, "{text}");
    }
}

/// Names that mean harm, or are only odd.
fn hostile() -> Vec<String> {
    vec![
        "a, b; c: d \\ e \\n f \" g".to_owned(),
        "two\r\nlines\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged".to_owned(),
        "\u{1b}[31m red \u{7} \u{0}".to_owned(),
        "\u{202e}gnirts\u{200b}\u{2066}".to_owned(),
        "::error::x ##[error]y ##vso[task.setvariable]z".to_owned(),
        format!("{}::error::x", " ".repeat(40)),
        "æøå 日本語 😀 ".repeat(20),
        "x".repeat(10_000),
        "=cmd|' /C calc'!A0".to_owned(),
    ]
}

/// A manifest in which every name that is shown is this one. An id refuses it, so the system is known by its file.
fn named(name: &str) -> String {
    let quoted = serde_json::to_string(name).unwrap();
    format!(
        "tillit: 1\nsystem: {{ id: {quoted}, name: {quoted}, status: deployed }}\n\
         codetermination: {{ evaluation: {{ next: 2026-11-20 }}, parties: [{{ type: dpo, name: {quoted} }}] }}\n\
         assessments: {{ dpia: {{ review_date: 2027-01-01 }} }}\n\
         accountability: {{ owner: {{ role: {quoted} }} }}\n\
         waivers: [{{ rule: {quoted}, expires: 2027-02-01, signatories: {{ employer: {quoted}, workers: {quoted} }} }}]\n"
    )
}

/// What the formats are tried with: ordinary and hostile manifests, in files with hostile names, and one that was
/// not read.
fn samples(linter: &Linter) -> Vec<Due> {
    let unread = || Unread {
        path: "no\\u{1B}such ##[error].yaml".to_owned(),
        reason: "there is no such file or folder".to_owned(),
    };
    let of = |text: &str, file: &str| {
        let listed = of_file(linter, &SourceFile::new(file, text));
        Due::new(vec![listed], vec![unread()], None)
    };
    let mut all = vec![Due::default(), of(EVERY_KIND, "a.tillit.yaml")];
    for name in hostile() {
        let due = of(&named(&name), &format!("{}.yaml", tillit::text::escape(&name)));
        assert_eq!(due.entries.len(), 3, "{name:?}");
        all.push(due);
    }
    all
}

fn calendar(linter: &Linter, due: &Due) -> String {
    let mut out = Vec::new();
    ics::render(linter, due, "2026-11-21T08:30:05Z".parse().unwrap(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// No line of a text steers a terminal or a build runner.
fn assert_safe(text: &str) {
    let bad: Vec<char> = text
        .chars()
        .filter(|c| is_unsafe(*c) && !matches!(c, '\n' | '\r'))
        .collect();
    assert!(bad.is_empty(), "{bad:?}");
    for line in text.lines() {
        assert_eq!(guarded(line), line);
    }
}

#[test]
fn the_list_for_people_is_safe_and_of_its_width() {
    for lang in [Lang::En, Lang::Nb] {
        let linter = linter(today(), lang);
        for width in [40, 100] {
            let style = Style {
                color: false,
                links: false,
                width,
                quiet: false,
            };
            for due in samples(&linter) {
                let mut out = Vec::new();
                text::render(&linter, &due, style, &mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                assert_safe(&text);
                for entry in &due.entries {
                    assert!(text.contains(&entry.date.to_string()), "{text}");
                }
                assert!(text.len() < 1500 + due.entries.len() * 1500, "{} bytes", text.len());
            }
        }
    }
}

#[test]
fn the_list_for_scripts_fits_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/due.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for lang in [Lang::En, Lang::Nb] {
        let linter = linter(today(), lang);
        for due in samples(&linter) {
            let mut out = Vec::new();
            json::render(&linter, &due, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert_safe(&text);
            let list: Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&list)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
            let entries = list["due"].as_array().unwrap();
            assert_eq!(entries.len(), due.entries.len());
            for (told, entry) in entries.iter().zip(&due.entries) {
                assert_eq!(told["name"].as_str(), entry.name.as_deref(), "escapes say the same");
                assert_eq!(told["date"], entry.date.to_string());
                assert_eq!(told["overdue"], entry.is_overdue(today()));
            }
        }
    }
}

/// Every kind has its word in the schema, and every word is a kind.
#[test]
fn the_schema_knows_every_kind() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/due.v1.schema.json")).unwrap();
    let kinds = &schema["$defs"]["entry"]["properties"]["kind"]["enum"];
    assert_eq!(*kinds, serde_json::json!(Kind::ALL.map(Kind::id)));
}

#[test]
fn the_calendar_reads_back_with_every_entry() {
    for lang in [Lang::En, Lang::Nb] {
        let linter = linter(today(), lang);
        for due in samples(&linter) {
            let text = calendar(&linter, &due);
            assert_eq!(text, calendar(&linter, &due), "the same run, the same bytes");
            assert_safe(&text);
            assert!(!text.replace("\r\n", "").contains(['\n', '\r']), "lines end with CRLF");
            assert!(
                text.split("\r\n").all(|line| line.len() <= LONGEST_LINE),
                "lines are folded"
            );
            let read = Calendar::from_str(&text).unwrap();
            let events: Vec<&Event> = read.events().collect();
            assert_eq!(
                (events.len(), read.components.len()),
                (due.entries.len(), due.entries.len())
            );
            for (event, entry) in events.iter().zip(&due.entries) {
                assert_eq!(event.get_uid(), Some(format!("{}@tillit", entry.id).as_str()));
                let start = event.properties().get("DTSTART").unwrap();
                assert_eq!(start.value(), entry.date.strftime("%Y%m%d").to_string());
                assert_eq!(start.params()["VALUE"].value(), "DATE");
                assert_eq!(event.property_value("DTSTAMP"), Some("20261121T083005Z"));
                let summary = event.get_summary().unwrap();
                let label = entry.kind.label(lang);
                assert!(summary.starts_with(label) && summary.chars().count() < 400, "{summary}");
                let overdue = entry.is_overdue(today()).then(|| lang.pick("overdue", "over fristen"));
                let categories: Vec<&str> = std::iter::once(label).chain(overdue).collect();
                assert_eq!(event.get_categories().unwrap(), categories);
                let description = event.get_description().unwrap();
                assert_eq!(description.lines().count(), 3, "{description}");
            }
        }
    }
}

/// What a comma or a semicolon divides elsewhere stays one text.
#[test]
fn text_in_the_calendar_is_what_the_manifest_says() {
    let linter = linter(today(), Lang::En);
    let listed = due(&linter, &named("a, b; c: d \\ e \\n f"));
    let read = Calendar::from_str(&calendar(&linter, &listed)).unwrap();
    let summary = read.events().next().unwrap().get_summary().unwrap();
    assert_eq!(summary, "joint evaluation: a, b; c: d \\ e \\n f (overdue)");
}

/// A name that many entries share is kept short, or a file of a megabyte would become a list of many gigabytes.
#[test]
fn a_list_does_not_grow_with_long_names() {
    let long = "x".repeat(100_000);
    let waivers = format!("  - {{ rule: {long}, expires: 2027-02-01 }}\n").repeat(20);
    let manifest = format!("tillit: 1\nsystem: {{ id: a, name: {long}, status: deployed }}\nwaivers:\n{waivers}");
    let linter = linter(today(), Lang::En);
    let listed = due(&linter, &manifest);
    assert_eq!(listed.entries.len(), 20);
    let mut out = Vec::new();
    json::render(&linter, &listed, &mut out).unwrap();
    assert!(out.len() < 50_000, "{} bytes", out.len());
    let ids: BTreeSet<String> = listed.entries.iter().map(|entry| entry.id.to_string()).collect();
    assert_eq!(ids.len(), 20, "those of one name are told apart");
}
