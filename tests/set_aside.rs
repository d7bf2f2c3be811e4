//! What findings are known by, and the baseline that goes by it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::{fs, iter};

use proptest::prelude::*;
use tillit::config::Config;
use tillit::finding::{Finding, Fingerprint, Severity};
use tillit::lint::{Alone, Coverage, Linter, Run, finish};
use tillit::source::{SourceFile, Span};
use tillit::suppress::{Baseline, Entry};
use tillit::text::Lang;
use tillit::value::parse_date;

fn linter(lang: Lang) -> Linter {
    let today = parse_date("2026-11-21").unwrap();
    Linter::new(&Config::default(), &[], today, lang).unwrap()
}

fn examples() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let folders = [root.clone(), root.join("cases")];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap().flatten());
    let files = files.map(|entry| entry.path()).filter(|path| path.is_file());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn run(linter: &Linter, files: &BTreeMap<String, String>) -> Run {
    let check = |(name, text): (&String, &String)| {
        let source = Arc::new(SourceFile::new(name.as_str(), text.as_str()));
        linter.check(source, &Alone)
    };
    finish(linter, files.iter().map(check).collect(), Coverage::Whole)
}

/// Every finding, also those behind others, with the rule that found it.
fn known(run: &Run) -> Vec<(String, Fingerprint)> {
    let all = run
        .findings()
        .flat_map(|finding| iter::once(finding).chain(behind(finding)));
    all.map(|finding| (finding.rule.to_string(), finding.fingerprint()))
        .collect()
}

fn behind(finding: &Finding) -> Vec<&Finding> {
    let all = finding
        .related
        .iter()
        .flat_map(|other| iter::once(other).chain(behind(other)));
    all.collect()
}

#[test]
fn no_two_findings_share_a_fingerprint() {
    let known = known(&run(&linter(Lang::En), &examples()));
    let unique: BTreeSet<_> = known.iter().map(|(_, fingerprint)| fingerprint).collect();
    assert!(known.len() > 500, "{}", known.len());
    assert_eq!(unique.len(), known.len());
}

#[test]
fn fingerprints_do_not_hang_on_lines_or_words() {
    let files = examples();
    let before: BTreeSet<_> = known(&run(&linter(Lang::En), &files)).into_iter().collect();
    let moved = files.iter().map(|(name, text)| {
        let text = text.replace('\n', " # moved\n\n");
        // A text of several lines would have another content.
        match text.contains(": |") || text.contains(": >") {
            true => (name.clone(), format!("# one\n\n# two\n{}", files[name])),
            false => (name.clone(), format!("# one\n\n# two\n{text}")),
        }
    });
    let moved = moved.collect();
    let after: BTreeSet<_> = known(&run(&linter(Lang::En), &moved)).into_iter().collect();
    assert_eq!(
        before.symmetric_difference(&after).collect::<Vec<_>>(),
        Vec::<&(String, Fingerprint)>::new()
    );
    let norwegian: BTreeSet<_> = known(&run(&linter(Lang::Nb), &files)).into_iter().collect();
    assert_eq!(before, norwegian);
}

#[test]
fn a_baseline_of_everything_leaves_what_can_only_be_fixed() {
    let files = examples();
    let mut linter = linter(Lang::En);
    let everything = run(&linter, &files);
    let single = || everything.findings().flat_map(Finding::every);
    let entries: Vec<Entry> = single().filter_map(Entry::of).collect();
    let count = entries.len();
    let source = Arc::new(SourceFile::new("tillit-baseline.json", Baseline::write(entries)));
    linter.baseline = Some(Baseline::parse(&source).unwrap());
    let left = run(&linter, &files);
    let waivable = |finding: &&Finding| {
        let number = linter.rules.find(&finding.rule);
        number.is_some_and(|number| linter.rules.rules[number].waivable)
    };
    assert_eq!(left.findings().flat_map(Finding::every).find(|f| waivable(f)), None);
    assert_eq!(left.held_back().total(), single().filter(waivable).count());
    assert!(left.held_back().of(Severity::Error) > 100 && count > left.held_back().total());
    // The entries of rules that cannot be waived hold nothing back, which is said.
    assert_eq!(left.about.len(), 1);
}

fn entry() -> impl Strategy<Value = Entry> {
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (
        any::<String>(),
        any::<String>(),
        any::<String>(),
        any::<u128>(),
        severity,
    )
        .prop_map(|(system, rule, place, fingerprint, severity)| Entry {
            system,
            rule,
            place,
            fingerprint: Fingerprint::parse(&format!("{fingerprint:032x}")).unwrap(),
            severity,
            span: Span::default(),
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(mut entries in prop::collection::vec(entry(), 0..20)) {
        let text = Baseline::write(entries.clone());
        prop_assert!(!text.contains("##"), "{text}");
        prop_assert_eq!(text.lines().count(), entries.len() + 6, "one entry a line");
        let source = Arc::new(SourceFile::new("b.json", text.clone()));
        let baseline = Baseline::parse(&source).unwrap();
        entries.sort();
        for (found, wanted) in baseline.entries.iter().zip(&entries) {
            let first = &text[found.span.range()][..1];
            prop_assert_eq!(first, "{");
            prop_assert_eq!(&Entry { span: Span::default(), ..found.clone() }, wanted);
        }
        prop_assert_eq!(baseline.entries.len(), entries.len());
    }

    #[test]
    fn nothing_read_as_a_baseline_panics(text in prop_oneof![
        any::<String>(),
        r#"\{"tillit-baseline": [012], "findings": \[(\{"system": "a", "rule": [",\]}]|null,?|[{}\[\]"a,:])*"#,
    ]) {
        let source = Arc::new(SourceFile::new("b.json", text.clone()));
        if let Err(mistake) = Baseline::parse(&source) {
            prop_assert!(text.get(mistake.span.range()).is_some(), "{:?}", mistake.span);
        }
    }

    #[test]
    fn a_fingerprint_is_32_digits(text in "[0-9a-fA-F]{30,34}") {
        let read = Fingerprint::parse(&text);
        prop_assert_eq!(read.is_some(), text.len() == 32 && !text.contains(|c: char| c.is_ascii_uppercase()));
        if let Some(read) = read {
            prop_assert_eq!(read.to_string(), text);
        }
    }
}
