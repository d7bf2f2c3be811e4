//! What a file may ask for: every limit has a message that names it, and attacks by content give
//! findings and nothing worse.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::sync::Arc;

use tillit::config::Config;
use tillit::lint::{Alone, Linter};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::value::parse_date;
use tillit::yaml::{Documents, Limits};

/// Every problem in words.
fn problems_in(text: &str, limits: Limits, lang: Lang) -> Vec<String> {
    let documents = Documents::new(text, limits, false);
    documents.flat_map(|d| d.problems).map(|p| p.describe(lang).0).collect()
}

fn linter(lang: Lang) -> Linter {
    match Linter::new(&Config::default(), &[], parse_date("2026-07-01").unwrap(), lang) {
        Ok(linter) => linter,
        Err(mistakes) => panic!("{mistakes:?}"),
    }
}

#[test]
fn every_limit_has_a_message_that_names_it() {
    let small = Limits {
        bytes: 1 << 20,
        nesting: 4,
        nodes: 10,
        scalar: 1 << 10,
        documents: 2,
        problems: 3,
        findings: 100,
    };
    let cases = [
        (
            format!("a: {}\n", "x".repeat(1 << 20)),
            "the file is larger than the limit of 1 MiB",
            "filen er større enn grensen på 1 MiB",
        ),
        (
            "[[[[[1]]]]]\n".into(),
            "more than 4 levels inside each other, which is the nesting limit",
            "mer enn 4 nivåer inni hverandre, som er grensen for nøsting",
        ),
        (
            "a:\n  b:\n    c:\n      - [d]\n".into(),
            "more than 4 levels inside each other, which is the nesting limit",
            "mer enn 4 nivåer inni hverandre, som er grensen for nøsting",
        ),
        (
            "- &a [[1]]\n- [[*a]]\n".into(),
            "more than 4 levels inside each other, which is the nesting limit",
            "mer enn 4 nivåer inni hverandre, som er grensen for nøsting",
        ),
        (
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n".into(),
            "the document has more than 10 values, which is the node limit",
            "dokumentet har mer enn 10 verdier, som er grensen for noder",
        ),
        (
            "[&a [1, 2, 3], *a, *a]\n".into(),
            "aliases repeat more than 10 values, which is the alias limit",
            "aliaser gjentar mer enn 10 verdier, som er grensen for aliaser",
        ),
        (
            format!("a: {}\n", "x".repeat(1025)),
            "a single value is longer than the limit of 1 KiB",
            "en enkelt verdi er lengre enn grensen på 1 KiB",
        ),
        (
            "--- 1\n--- 2\n--- 3\n--- 4\n".into(),
            "more than 2 documents in one file, which is the document limit; the rest was not checked",
            "mer enn 2 dokumenter i én fil, som er grensen for dokumenter; resten ble ikke kontrollert",
        ),
    ];
    for (text, en, nb) in &cases {
        for (lang, message) in [(Lang::En, en), (Lang::Nb, nb)] {
            let found = problems_in(text, small, lang);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0] == *message, "{found:?}");
        }
    }
    for (lang, message) in [
        (
            Lang::En,
            "more than 3 mistakes in one document, which is the limit; the rest was not read",
        ),
        (
            Lang::Nb,
            "mer enn 3 feil i ett dokument, som er grensen; resten ble ikke lest",
        ),
    ] {
        let found = problems_in("[*a, *b, *c, *d, *e]\n", small, lang);
        assert_eq!(found.len(), 4);
        assert!(found[3].ends_with(message), "{found:?}");
    }
    // What just fits is read.
    for text in [
        "[[[[1]]]]",
        "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
        "[&a [1, 2], *a, *a]",
        "--- 1\n--- 2\n",
        "- &a [[1]]\n- [*a]\n",
    ] {
        assert_eq!(problems_in(text, small, Lang::En), [""; 0], "{text:?}");
    }
    assert_eq!(
        problems_in(&format!("a: {}\n", "x".repeat(1024)), small, Lang::En),
        [""; 0]
    );
}

#[test]
fn after_very_many_findings_the_rest_of_a_file_is_not_checked() {
    let text = "--- {tillit: 2}\n--- {tillit: 2}\n--- a\n";
    for (lang, message) in [
        (
            Lang::En,
            "more than 1 findings in one file, which is the limit; the rest was not checked",
        ),
        (
            Lang::Nb,
            "mer enn 1 funn i én fil, som er grensen; resten ble ikke kontrollert",
        ),
    ] {
        let mut linter = linter(lang);
        linter.limits.findings = 1;
        let source = Arc::new(SourceFile::new("f", text));
        let findings = linter.check(source, &Alone).findings;
        let last = findings.last().unwrap();
        assert_eq!(
            (&*last.rule, last.message.as_str(), last.primary.start.line),
            ("limit-exceeded", message, 2)
        );
    }
}

/// Attacks by content. Each gives findings and nothing worse, and costs no more than its text.
#[test]
fn hostile_input_gives_findings_and_nothing_worse() {
    let laughs: String = (1..10)
        .map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(",")))
        .collect();
    let attacks = [
        (
            "aliases of aliases",
            format!("a0: &a0 [lol,lol]\n{laughs}"),
            "limit-exceeded",
        ),
        ("an alias to itself", "a: &a [*a]\n".into(), "invalid-yaml"),
        ("deep and open", "[".repeat(100_000), "limit-exceeded"),
        (
            "deep and closed",
            "[".repeat(20_000) + &"]".repeat(20_000),
            "limit-exceeded",
        ),
        (
            "deep by indentation",
            (0..2000).map(|i| " ".repeat(i) + "a:\n").collect(),
            "limit-exceeded",
        ),
        (
            "deep by keys",
            "a: ".to_owned() + &"{a: ".repeat(5000),
            "limit-exceeded",
        ),
        ("deep by dashes", "- ".repeat(5000), "limit-exceeded"),
        ("deep by question marks", "? ".repeat(5000), "limit-exceeded"),
        (
            "an open quotation",
            "\"".to_owned() + &"\\\n".repeat(200_000),
            "invalid-yaml",
        ),
        ("many documents", "--- a\n".repeat(30_000), "limit-exceeded"),
        (
            "a long value",
            "name: ".to_owned() + &"A".repeat(5_000_000),
            "limit-exceeded",
        ),
        ("a long key", "A".repeat(5_000_000) + ": name\n", "limit-exceeded"),
        (
            "many keys",
            (0..120_000).map(|i| format!("k{i}: {i}\n")).collect(),
            "limit-exceeded",
        ),
        (
            "many unknown keys on one line",
            format!(
                "{{{}}}",
                (0..20_000).map(|i| format!("retentiom{i}: ø, ")).collect::<String>()
            ),
            "limit-exceeded",
        ),
        ("many equal keys", "a: 1\n".repeat(20_000), "limit-exceeded"),
        ("many tags", format!("[{}]", "!x y, ".repeat(20_000)), "limit-exceeded"),
        (
            "many merges",
            format!("b: &b {{x: 1}}\nc:\n  <<: [{}]\n", "*b, ".repeat(20_000)),
            "invalid-yaml",
        ),
        (
            "a chain of aliases",
            (1..400).fold("a0: &a0 x\n".to_owned(), |t, i| {
                t + &format!("a{i}: &a{i} [*a{}]\n", i - 1)
            }),
            "limit-exceeded",
        ),
        (
            "many ids and as many references that lead nowhere",
            format!(
                "purposes:\n{}data:\n  inputs:\n    - id: a\n      purposes: [{}]\n",
                (0..5000)
                    .map(|i| format!("  - id: purpose-number-{i}\n"))
                    .collect::<String>(),
                (0..5000).map(|i| format!("purpose-nomber-{i}x, ")).collect::<String>()
            ),
            "limit-exceeded",
        ),
    ];
    let linter = linter(Lang::En);
    for (name, text, rule) in attacks {
        let source = Arc::new(SourceFile::new("f", text));
        let started = std::time::Instant::now();
        let report = linter.check(source, &Alone);
        // Linear work takes a second or two without optimisation; quadratic work takes minutes.
        assert!(started.elapsed().as_secs() < 60, "{name}: {:?}", started.elapsed());
        assert!(report.findings.iter().any(|f| &*f.rule == rule), "{name}");
    }
}
