//! The form of a manifest: every kind of mistake gives exactly one finding, with these words at
//! this place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod trees;

use std::sync::{Arc, LazyLock};

use tillit::config::Config;
use tillit::finding::Finding;
use tillit::lint::{Alone, Linter};
use tillit::schema::Manifest;
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::value::{Value, parse_date};
use tillit::yaml::{Documents, Limits};
use trees::{SHAPE, VOCABULARIES};

static LINTERS: LazyLock<[Linter; 2]> = LazyLock::new(|| {
    [Lang::En, Lang::Nb].map(|lang| {
        let today = parse_date("2026-07-01").unwrap();
        match Linter::new(&Config::default(), &[], today, lang) {
            Ok(linter) => linter,
            Err(mistakes) => panic!("{mistakes:?}"),
        }
    })
});

/// The findings about the form of a manifest, not those of the rules.
fn form(text: &str, linter: &Linter) -> Vec<Finding> {
    const RULES: [&str; 6] = [
        "invalid-yaml",
        "limit-exceeded",
        "invalid-manifest",
        "duplicate-id",
        "unknown-reference",
        "country-as-flag",
    ];
    let report = linter.check(Arc::new(SourceFile::new("f", text)), &Alone);
    report
        .findings
        .into_iter()
        .filter(|f| RULES.contains(&&*f.rule))
        .collect()
}

/// Exactly one finding, as `rule line:column text under it: message (help)`.
fn one(text: &str) -> String {
    let [en, nb] = &*LINTERS;
    let norwegian = form(text, nb);
    let mut findings = form(text, en);
    assert_eq!(findings.len(), 1, "{text}\n{findings:#?}");
    assert_ne!(norwegian[0].message, findings[0].message, "said in both languages");
    let Finding {
        rule,
        message,
        help,
        primary,
        ..
    } = findings.remove(0);
    let slice = &text[primary.span.range()];
    format!(
        "{rule} {}:{} {slice:?}: {message} ({help})",
        primary.start.line, primary.start.column
    )
}

/// A manifest whose form is right, with more behind it.
fn with(more: &str) -> String {
    format!("tillit: 1\nsystem:\n  id: a\n  name: A\n  status: pilot\n{more}\n")
}

/// A manifest with one more key under `system`.
fn system(more: &str) -> String {
    with(&format!("  {more}"))
}

#[track_caller]
fn says(text: &str, wanted: &str) {
    assert_eq!(one(text), wanted);
}

#[test]
fn a_manifest_with_the_required_keys_has_the_right_form() {
    assert_eq!(form(&with(""), &LINTERS[0]), []);
    assert_eq!(form(&with("x-own: {any: [thing, ~, !!str 1]}"), &LINTERS[0]), []);
    assert_eq!(
        form(
            &with("employer: unknown\npurposes: unknown\ndata: {inputs: [unknown]}"),
            &LINTERS[0]
        ),
        []
    );
}

#[test]
fn what_is_no_manifest() {
    let help = "Begin with `tillit: 1` and `system:`; `tillit init` writes a first manifest.";
    let message = "the document is not a manifest: it has no keys at the top";
    says(
        "hello\n",
        &format!(r#"invalid-manifest 1:1 "hello": {message} ({help})"#),
    );
    says(
        "- a\n- b\n",
        &format!(r#"invalid-manifest 1:3 "a": {message} ({help})"#),
    );
    says("~\n", &format!(r#"invalid-manifest 1:1 "~": {message} ({help})"#));
    let nothing = "the file holds no manifest (Write a manifest (`tillit init` helps), or remove the file.)";
    says("# nothing\n", &format!(r#"invalid-manifest 1:1 "": {nothing}"#));
}

#[test]
fn unknown_keys_name_the_nearest_known_one() {
    says(
        &with("subjets: {minors: true}"),
        r#"invalid-manifest 6:1 "subjets": the key `subjets` is not known here (Did you mean `subjects`?)"#,
    );
    says(
        &with("data:\n  inputs:\n    - id: b\n      retentoin: 90 days"),
        r#"invalid-manifest 9:7 "retentoin": the key `retentoin` is not known here (Did you mean `retention`?)"#,
    );
    says(
        &system("colour: red"),
        r#"invalid-manifest 6:3 "colour": the key `colour` is not known here (Known here: affects_work_environment, affects_workers, description, id, interacts_with_people, jurisdictions, name, status, version. Begin it with `x-` if it is for your own use.)"#,
    );
    says(
        &system("~: red"),
        r#"invalid-manifest 6:3 "~": the key `null` is not known here (Known here: affects_work_environment, affects_workers, description, id, interacts_with_people, jurisdictions, name, status, version. Begin it with `x-` if it is for your own use.)"#,
    );
    says(
        &with("governance: {ethics_guidelines: {fil: a.pdf}}"),
        r#"invalid-manifest 6:34 "fil": the key `fil` is not known here (Did you mean `file`?)"#,
    );
    // A required key that is misspelt is not missing as well.
    says(
        "tillit: 1\nsystem: {id: a, name: A, statuss: pilot}\n",
        r#"invalid-manifest 2:26 "statuss": the key `statuss` is not known here (Did you mean `status`?)"#,
    );
    says(
        &with("\"\\e[2J\\u202e\": 1"),
        r#"invalid-manifest 6:1 "\"\\e[2J\\u202e\"": the key `\u{1B}[2J\u{202E}` is not known here (Known here: accountability, assessments, classification, codetermination, confirmations, control, data, decisions, design, employer, fairness, governance, impact, information, leavers, lifecycle, logging, oversight, ownership, purposes, recruitment, rights, security, subjects, suppliers, system, tillit, training, transparency, waivers. Begin it with `x-` if it is for your own use.)"#,
    );
}

#[test]
fn missing_keys_are_shown_at_the_key_above() {
    says(
        "system: {id: a, name: A, status: pilot}\n",
        r#"invalid-manifest 1:1 "system": `tillit` is missing (Add `tillit`; every manifest needs it.)"#,
    );
    says(
        "tillit: 1\n",
        r#"invalid-manifest 1:1 "tillit": `system` is missing (Add `system`; every manifest needs it.)"#,
    );
    says(
        "tillit: 1\nsystem: {name: A, status: pilot}\n",
        r#"invalid-manifest 2:1 "system": `system.id` is missing (Add `system.id`; every manifest needs it.)"#,
    );
    for list in ["purposes: [{told: true}]", "data: {inputs: [{told: true}]}"] {
        assert!(
            form(&with(list), &LINTERS[0])
                .iter()
                .any(|f| f.message == "`id` is missing"),
            "{list}"
        );
    }
    says(
        &with("data:\n  generated:\n    - retention: 90 days"),
        r#"invalid-manifest 8:7 "retention": `id` is missing (Add `id`; every manifest needs it.)"#,
    );
    // A merge key may hold what is missing, and is reported itself.
    says(
        "x-a: &x {id: a, name: A, status: pilot}\ntillit: 1\nsystem:\n  <<: *x\n",
        r#"invalid-yaml 4:3 "<<": the merge key `<<` is not part of YAML 1.2 and is not read (Write the keys out.)"#,
    );
}

#[test]
fn a_key_without_a_value() {
    let help = "Give a value, or write `unknown` if it is not answered yet.";
    let at = |place: &str| format!("invalid-manifest {place}: a value is missing here ({help})");
    says(&system("affects_workers:"), &at(r#"6:3 "affects_workers""#));
    says(&system("affects_workers: null"), &at(r#"6:3 "affects_workers""#));
    says(&with("employer: ~"), &at(r#"6:1 "employer""#));
    says(&with("purposes:\n  -\n  - id: b"), &at(r#"7:4 """#));
    says(&system("jurisdictions: [~]"), &at(r#"6:19 "~""#));
    says(
        &with("governance: {ethics_guidelines: {file: }}"),
        &at(r#"6:34 "file""#),
    );
}

#[test]
fn a_value_of_the_wrong_kind() {
    let help = "Change the value, or write `unknown` if it is not answered yet.";
    for (text, place, expected) in [
        (system("affects_workers: yes"), r#"6:20 "yes""#, "`true` or `false`"),
        (
            system("affects_workers: \"true\""),
            r#"6:20 "\"true\"""#,
            "`true` or `false`",
        ),
        (
            system("affects_workers: [true]"),
            r#"6:3 "affects_workers""#,
            "`true` or `false`",
        ),
        (system("description: {en: a}"), r#"6:3 "description""#, "a text"),
        (system("jurisdictions: SE"), r#"6:18 "SE""#, "a list, as `[one, two]`"),
        (with("employer: Firm AS"), r#"6:11 "Firm AS""#, "keys and values"),
        (
            with("employer: {employees: -1}"),
            r#"6:23 "-1""#,
            "a whole number from 0",
        ),
        (
            with("employer: {employees: 1.5}"),
            r#"6:23 "1.5""#,
            "a whole number from 0",
        ),
        (
            with("employer: {employees: many}"),
            r#"6:23 "many""#,
            "a whole number from 0",
        ),
        (
            with("purposes: {id: b}"),
            r#"6:1 "purposes""#,
            "a list of entries, each behind `- `",
        ),
        (with("purposes: [b]"), r#"6:12 "b""#, "keys and values"),
        (
            with("purposes:\n  - - id: b\n      told: true"),
            r#"7:7 "id: b\n      told: true""#,
            "keys and values",
        ),
        (
            with("decisions: [{id: b, override_rate: 101}]"),
            r#"6:36 "101""#,
            "a number from 0 to 100",
        ),
        (
            with("decisions: [{id: b, override_rate: 5%}]"),
            r#"6:36 "5%""#,
            "a number from 0 to 100",
        ),
        (
            with("governance: {ethics_guidelines: {url: 12}}"),
            r#"6:39 "12""#,
            "a text",
        ),
        (
            with("governance: {ethics_guidelines: a.pdf}"),
            r#"6:33 "a.pdf""#,
            "a record as `{file: …}`, `{url: …}` or `{archive: …}`",
        ),
        (
            "tillit: 1\nsystem: unknown\n".into(),
            r#"2:9 "unknown""#,
            "keys and values",
        ),
    ] {
        says(
            &text,
            &format!("invalid-manifest {place}: expected {expected} ({help})"),
        );
    }
    assert_eq!(
        form(
            &with("employer: {employees: 5.0}\ndecisions: [{id: b, override_rate: 12.5}]"),
            &LINTERS[0]
        ),
        []
    );
    says(
        "tillit: 2\nsystem: {id: a, name: A, status: pilot}\n",
        r#"invalid-manifest 1:9 "2": format version `2` is not known (Write `tillit: 1`.)"#,
    );
    says(
        "tillit: unknown\nsystem: {id: a, name: A, status: pilot}\n",
        r#"invalid-manifest 1:9 "unknown": format version `unknown` is not known (Write `tillit: 1`.)"#,
    );
}

#[test]
fn ids_have_one_form() {
    let long = "a".repeat(65);
    for id in [
        "HR-Bot",
        "hr_bot",
        "-hr",
        "hr-",
        "unknown",
        "12",
        "hr‑bot",
        "һr",
        "''",
        long.as_str(),
    ] {
        let text = format!("tillit: 1\nsystem: {{id: {id}, name: A, status: pilot}}\n");
        let mut found = id.trim_matches('\'').to_owned();
        if found.len() > 60 {
            found = format!("{}…", &found[..60]);
        }
        let help = "Use lower-case letters a-z, digits and hyphens, at most 64 characters.";
        says(
            &text,
            &format!("invalid-manifest 2:14 {id:?}: `{found}` is not an identifier ({help})"),
        );
    }
    assert_eq!(
        form(
            &with(&format!(
                "purposes: [{{id: {}}}, {{id: '12'}}, {{id: a-1}}]",
                &long[1..]
            )),
            &LINTERS[0]
        ),
        []
    );
}

#[test]
fn terms_name_the_nearest_known_one() {
    says(
        "tillit: 1\nsystem: {id: a, name: A, status: pilott}\n",
        r#"invalid-manifest 2:34 "pilott": `pilott` is not a term of the vocabulary statuses (Did you mean `pilot`?)"#,
    );
    let text = with("purposes: [{id: b, area: xyzzy}]");
    let said = one(&text);
    assert!(
        said.starts_with(r#"invalid-manifest 6:26 "xyzzy": `xyzzy` is not a term of the vocabulary purposes (Known: "#)
    );
    assert!(said.ends_with(
        "If none of them fits, the organisation can add a term under `vocabulary.purposes` in tillit.yaml.)"
    ));
}

#[test]
fn a_country_is_two_capitals_and_norway_is_not_no() {
    says(
        &system("jurisdictions: [se]"),
        r#"invalid-manifest 6:19 "se": `se` is not a country code (Did you mean `SE`?)"#,
    );
    for (name, code) in [("Norway", "NO"), ("norge", "NO"), ("Østerrike", "AT")] {
        says(
            &system(&format!("jurisdictions: [{name}]")),
            &format!("invalid-manifest 6:19 {name:?}: `{name}` is not a country code (Did you mean `{code}`?)"),
        );
    }
    let help = "Use two capital letters by ISO 3166-1, such as \"NO\" or DE; subdivisions as US-IL or US-NY-NYC.";
    for code in ["Utopia", "XX", "US-I", "US-IL-NYCX", "US-il", "US-"] {
        says(
            &system(&format!("jurisdictions: [{code}]")),
            &format!("invalid-manifest 6:19 {code:?}: `{code}` is not a country code ({help})"),
        );
    }
    let help = "Write \"NO\" in quotes and capitals: older YAML programs read NO as the answer no.";
    for code in ["no", "No", "false", "False"] {
        let text = system(&format!("jurisdictions: [{code}]"));
        let message = format!("`{code}` stands where a country belongs and is read as Norway");
        says(&text, &format!("country-as-flag 6:19 {code:?}: {message} ({help})"));
        let document = Documents::new(&text, Limits::default(), false).next().unwrap();
        let manifest = Manifest::read(&document, &SHAPE, &VOCABULARIES, true);
        let list = manifest.list(manifest.at("system.jurisdictions"));
        assert!(matches!(list, [(Value::Country("NO", _), _)]), "{list:?}");
    }
    assert_eq!(
        form(
            &system("jurisdictions: [NO, \"NO\", SE, US-IL, US-NY-NYC]"),
            &LINTERS[0]
        ),
        []
    );
}

#[test]
fn dates_and_durations_are_not_guessed() {
    let help = "Write year, month and day as 2026-12-01.";
    for date in [
        "01/02/2026",
        "2026-2-1",
        "2026-02-31",
        "20260201",
        "1 May 2026",
        "2026-12-01T10:00",
    ] {
        says(
            &with(&format!("lifecycle: {{deploy_date: {date}}}")),
            &format!("invalid-manifest 6:26 {date:?}: `{date}` is not a date ({help})"),
        );
    }
    for (duration, said) in [
        ("90", "the duration `90` has no unit (Write `90 days`"),
        ("-5 days", "the duration `-5 days` is negative ("),
        ("-5", "the duration `-5` is negative ("),
        ("as long as necessary", "`as long as necessary` is not a duration ("),
        ("P", "`P` is not a duration ("),
        ("10000 years", "`10000 years` is not a duration ("),
        ("true", "`true` is not a duration ("),
    ] {
        let said_here = one(&with(&format!("logging: {{retention: {duration}}}")));
        let wanted = format!("invalid-manifest 6:22 {duration:?}: {said}");
        assert!(said_here.starts_with(&wanted), "{said_here}\n{wanted}");
    }
}

#[test]
fn evidence_is_in_exactly_one_place() {
    let help = "Keep the one that leads to the record.";
    let message = "a record has exactly one of `file`, `url` and `archive`";
    for record in [
        "{}",
        "{file: a, url: b}",
        "{file: a, url: b, archive: c}",
        "{date: 2026-01-01}",
    ] {
        says(
            &with(&format!("governance:\n  ethics_guidelines: {record}")),
            &format!(r#"invalid-manifest 7:3 "ethics_guidelines": {message} ({help})"#),
        );
    }
    for hash in [
        "abc",
        "0",
        "unknown",
        "A000000000000000000000000000000000000000000000000000000000000000",
    ] {
        says(
            &with(&format!(
                "governance: {{ethics_guidelines: {{file: a, sha256: {hash}}}}}"
            )),
            &format!(
                "invalid-manifest 6:51 {hash:?}: this is not a SHA-256 in hexadecimal (Give the 64 lower-case digits that `sha256sum FILE` prints.)"
            ),
        );
    }
    says(
        &with("governance: {ethics_guidelines: {file: a, date: soon}}"),
        r#"invalid-manifest 6:49 "soon": `soon` is not a date (Write year, month and day as 2026-12-01.)"#,
    );
    says(
        &with("governance: {ethics_guidelines: {file: a, file: b}}"),
        r#"invalid-yaml 6:43 "file": the key `file` stands twice in the same mapping (Keep one of the two.)"#,
    );
}

#[test]
fn ids_stand_once_and_references_lead_somewhere() {
    let text = with("purposes:\n  - id: plan\n  - id: pay\n  - id: plan");
    says(
        &text,
        r#"duplicate-id 9:9 "plan": the id `plan` stands twice in `purposes` (Give each its own id, so that references are clear.)"#,
    );
    let first = &form(&text, &LINTERS[0])[0].secondary[0];
    assert_eq!(
        (first.start.line, first.start.column, first.label.as_str()),
        (7, 9, "the first one")
    );
    // The same id in two different lists is no duplicate.
    assert_eq!(
        form(&with("purposes: [{id: a}]\ndecisions: [{id: a}]"), &LINTERS[0]),
        []
    );

    let refer = |id: &str| {
        with(&format!(
            "purposes: [{{id: planning}}, {{id: pay}}]\ndecisions: [{{id: a, purpose: {id}}}]"
        ))
    };
    assert_eq!(form(&refer("pay"), &LINTERS[0]), []);
    says(
        &refer("planing"),
        r#"unknown-reference 7:30 "planing": `purposes` has no item with the id `planing` (Did you mean `planning`?)"#,
    );
    says(
        &refer("quite-another"),
        r#"unknown-reference 7:30 "quite-another": `purposes` has no item with the id `quite-another` (Add it to `purposes`, or correct the reference.)"#,
    );
}

#[test]
fn what_the_loader_refused_is_not_reported_again() {
    for (more, message) in [
        (
            "affects_workers: *x",
            "the alias `*x` repeats something that is not there",
        ),
        (
            "affects_workers: !include x",
            "the tag `!include` is not read: a manifest is plain data",
        ),
        (
            "jurisdictions: [!x NO]",
            "the tag `!x` is not read: a manifest is plain data",
        ),
        ("status: pilot", "the key `status` stands twice in the same mapping"),
        (
            "colour: 1\n  status: deployed",
            "the key `status` stands twice in the same mapping",
        ),
        ("description: {{ text }}", "a list or a mapping cannot be a key here"),
    ] {
        let findings = form(&system(more), &LINTERS[0]);
        let about = findings.iter().filter(|f| f.message == message).count();
        let others: Vec<&str> = findings
            .iter()
            .map(|f| f.message.as_str())
            .filter(|m| *m != message)
            .collect();
        assert_eq!(about, 1, "{more} {others:?}");
        let expected: &[&str] = match more {
            "colour: 1\n  status: deployed" => &["the key `colour` is not known here"],
            "description: {{ text }}" => &["expected a text"],
            _ => &[],
        };
        assert_eq!(others, expected, "{more}");
    }
}

#[test]
fn beyond_five_hundred_mistakes_only_their_number_is_told() {
    let text = with(&format!("purposes: [{}]", "{id: A}, ".repeat(700)));
    let findings = form(&text, &LINTERS[0]);
    assert_eq!(findings.len(), 501);
    let last = findings.iter().find(|f| &*f.rule == "limit-exceeded").unwrap();
    assert_eq!(
        last.message,
        "200 more mistakes in the form of this manifest are not listed"
    );
    assert_eq!((last.primary.start.line, last.primary.start.column), (1, 1));
}
