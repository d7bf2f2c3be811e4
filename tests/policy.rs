//! What makes a check milder, and what does not: every key of the configuration, rules of one's own, and the
//! baseline, before a change and with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::slice::from_ref;
use std::sync::Arc;

use tillit::config::Config;
use tillit::policy::{Policy, strictest};
use tillit::ruleset::{Loading, RuleSet};
use tillit::source::SourceFile;
use tillit::suppress::Baseline;

const RULE: &str = "id: mine
severity: warning
require: { system.description: answered }
message: the system is not described
help: Describe it.
examples:
  bad:
    - system: # finding
        name: Till
  good:
    - system: { description: Counts money }
";

fn source(name: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(name, text))
}

fn policy(config: &str, rule: Option<&str>, baseline: Option<&str>) -> Policy {
    Policy {
        config: Config::parse(&source("tillit.yaml", config)).unwrap(),
        rules: rule.iter().map(|text| source("policy/mine.yaml", text)).collect(),
        baseline: baseline.map(|text| Baseline::parse(&source("tillit-baseline.json", text)).unwrap()),
        ..Policy::default()
    }
}

/// The messages, and the policy that counts.
fn compare(before: &Policy, now: &Policy) -> (Vec<String>, Policy) {
    let load = |policy: &Policy| RuleSet::load(&policy.config, &policy.rules, Loading::Run).unwrap();
    let (result, weakenings) = strictest(before, now, [&load(before), &load(now)], "main");
    // What counts can always be loaded.
    load(&result);
    (weakenings.into_iter().map(|w| w.message.en).collect(), result)
}

/// What is said of a change of the configuration.
fn said(before: &str, now: &str) -> Vec<String> {
    compare(&policy(before, Some(RULE), None), &policy(now, Some(RULE), None)).0
}

#[test]
fn every_key_that_can_make_a_check_milder() {
    let cases = [
        ("", "fail-on: never", "the check fails for less"),
        ("fail-on: warning", "", "the check fails for less"),
        ("fail-on: note", "fail-on: warning", "the check fails for less"),
        ("packs: {eu: true}", "", "the pack `eu` counts for less"),
        (
            "packs: {eu: true}",
            "packs: {eu: false}",
            "the pack `eu` counts for less",
        ),
        ("", "packs: {core: false}", "the pack `core` counts for less"),
        ("", "levels: {mine: off}", "the level of `mine` is lower"),
        ("", "levels: {mine: note}", "the level of `mine` is lower"),
        ("levels: {mine: error}", "", "the level of `mine` is lower"),
        (
            "levels: {mine: error}",
            "levels: {mine: warning}",
            "the level of `mine` is lower",
        ),
        (
            "",
            "params: {consultation-early-enough: {min_preparation: 9 days}}",
            "the parameter `min_preparation` of `consultation-early-enough` is milder (9 days, not 10 days)",
        ),
        (
            "params: {raw-monitoring-retention: {max_raw_retention: 3 days}}",
            "",
            "the parameter `max_raw_retention` of `raw-monitoring-retention` is milder (7 days, not 3 days)",
        ),
        (
            "",
            "params: {waiver-too-long: {too_long: 3 years}}",
            "the parameter `too_long` of `waiver-too-long` is milder (3 years, not P1Y1D)",
        ),
        (
            "",
            "params: {access-roles-named: {max_access: 11}}",
            "the parameter `max_access` of `access-roles-named` is milder (11, not 10)",
        ),
        (
            "",
            "params: {us-hiring-audit-and-notice: {colorado_from: 2028-01-01}}",
            "the parameter `colorado_from` of `us-hiring-audit-and-notice` is milder (2028-01-01, not 2027-01-01)",
        ),
        ("", "exclude: [old/]", "`exclude` leaves out more, or something else,"),
        (
            "exclude: [old/, '!old/keep/']",
            "exclude: [old/]",
            "`exclude` leaves out more, or something else,",
        ),
        (
            "exclude: [old/, '!old/keep/']",
            "exclude: ['!old/keep/', old/]",
            "`exclude` leaves out more, or something else,",
        ),
        (
            "vocabulary: {data_categories: {log: {is_a: task-log, en: log, nb: logg}}}",
            "vocabulary: {data_categories: {log: {is_a: output-count, en: log, nb: logg}}}",
            "the term `log` means something else",
        ),
    ];
    for (before, now, wanted) in cases {
        assert_eq!(
            said(before, now),
            [format!("{wanted} than in main")],
            "{before} -> {now}"
        );
        // What counts is as strict as before: seen from there, nothing is milder.
        let (before, now) = (policy(before, Some(RULE), None), policy(now, Some(RULE), None));
        let (_, counts) = compare(&before, &now);
        assert_eq!(compare(&before, &counts).0, Vec::<String>::new(), "{:?}", now.config);
    }
}

#[test]
fn what_is_stricter_or_the_same_is_not_pointed_out() {
    let cases = [
        ("", ""),
        ("fail-on: error", ""),
        ("", "fail-on: note"),
        ("fail-on: never", "fail-on: warning"),
        ("", "packs: {eu: true}"),
        ("packs: {eu: false}", ""),
        ("", "levels: {mine: error}"),
        ("", "levels: {mine: warning}"),
        ("levels: {mine: off}", "levels: {mine: note}"),
        ("levels: {mine: warning}", ""),
        ("", "params: {consultation-early-enough: {min_preparation: 2 weeks}}"),
        ("params: {raw-monitoring-retention: {max_raw_retention: 9 days}}", ""),
        ("exclude: [old/, older/]", "exclude: [older/]"),
        ("exclude: [old/, older/]", "exclude: [older/, old/]"),
        ("language: nb", "language: en"),
        (
            "vocabulary: {data_categories: {log: {is_a: task-log, en: log, nb: logg}}}",
            "vocabulary: {data_categories: {log: {is_a: task-log, en: journal, nb: journal}}}",
        ),
        (
            "",
            "vocabulary: {data_categories: {log: {is_a: task-log, en: log, nb: logg}}}",
        ),
    ];
    for (before, now) in cases {
        assert_eq!(said(before, now), Vec::<String>::new(), "{before} -> {now}");
    }
}

#[test]
fn own_rules() {
    let said = |before: Option<&str>, now: Option<&str>| {
        let (said, result) = compare(&policy("", before, None), &policy("", now, None));
        (
            said,
            result
                .rules
                .iter()
                .map(|file| file.text().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    let other = RULE.replace("system.description", "system.version");
    let graver = RULE.replace("severity: warning", "severity: error");
    let milder = RULE.replace("severity: warning", "severity: note");
    let words = RULE.replace("not described", "described nowhere") + "rationale: People want to know.\n";
    let fixed = RULE.replace("severity: warning", "severity: warning\nwaivable: false");
    let otherwise = "the rule `mine` decides otherwise than in main, and may find less";
    for (before, now, wanted, counts) in [
        (RULE, other.as_str(), vec![otherwise], RULE),
        (RULE, &milder, vec![otherwise], RULE),
        (&fixed, RULE, vec![otherwise], fixed.as_str()),
        (RULE, &graver, vec![], &graver),
        (RULE, &words, vec![], &words),
        (RULE, &fixed, vec![], &fixed),
    ] {
        let (messages, rules) = said(Some(before), Some(now));
        assert_eq!(messages, wanted, "{now}");
        assert_eq!(rules, [counts], "{now}");
    }
    let (messages, rules) = said(Some(RULE), None);
    assert_eq!(messages, ["the rule `mine` of main is gone"]);
    assert_eq!(rules, [RULE]);
    assert_eq!(said(None, Some(RULE)), (vec![], vec![RULE.to_owned()]));
}

#[test]
fn a_rule_that_is_gone_keeps_its_level() {
    let before = policy("levels: {mine: error}", Some(RULE), None);
    let (_, counts) = compare(&before, &policy("", None, None));
    let rules = RuleSet::load(&counts.config, &counts.rules, Loading::Run).unwrap();
    let number = rules.find("mine").unwrap();
    assert_eq!(rules.level(number), Some(tillit::finding::Severity::Error));
}

#[test]
fn baselines() {
    let entry = |number: u32, severity: &str| {
        format!(
            r#"{{"system": "till", "rule": "mine", "place": "$", "severity": "{severity}", "fingerprint": "{number:032x}"}}"#
        )
    };
    let file = |entries: &[String]| format!(r#"{{"tillit-baseline": 1, "findings": [{}]}}"#, entries.join(","));
    let held = |before: Option<&[String]>, now: Option<&[String]>| {
        let of = |entries: Option<&[String]>| policy("", None, entries.map(&file).as_deref());
        let (said, result) = compare(&of(before), &of(now));
        let entries = result.baseline.map(|baseline| baseline.entries).unwrap_or_default();
        let entries = entries.iter().map(|e| format!("{}{}", e.fingerprint, e.severity));
        (said, entries.collect::<Vec<_>>())
    };
    let (one, two, graver) = (entry(1, "warning"), entry(2, "warning"), entry(1, "error"));
    let more = "the baseline holds back 1 more than in main: `mine` of `till` is the first".to_owned();
    let kept = |entry: u32| format!("{entry:032x}warning");
    assert_eq!(held(None, Some(from_ref(&one))), (vec![more.clone()], vec![]));
    assert_eq!(
        held(Some(from_ref(&one)), Some(&[one.clone(), two.clone()])),
        (vec![more.clone()], vec![kept(1)])
    );
    assert_eq!(
        held(Some(from_ref(&one)), Some(from_ref(&graver))),
        (vec![more], vec![kept(1)])
    );
    assert_eq!(
        held(Some(&[one.clone(), two.clone()]), Some(from_ref(&two))),
        (vec![], vec![kept(2)])
    );
    assert_eq!(held(Some(from_ref(&one)), None), (vec![], vec![]));
}
