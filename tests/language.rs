//! What people read of a rule is plain, in its own language, and says the same in both.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeSet;

use regex::Regex;
use tillit::config::Config;
use tillit::lint::Linter;
use tillit::text::Lang;
use tillit::trial;
use tillit::value::parse_date;
use tillit::yaml::{Documents, Limits};

/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 159;
/// The longest message with the values of an example filled in.
const LONGEST_FILLED: usize = 180;
/// The longest title, in characters.
const LONGEST_TITLE: usize = 80;
/// The longest sentence of a remedy or a reason, in words.
const LONGEST_SENTENCE: usize = 30;
/// Words that may begin a message with a capital letter: names and abbreviations.
const NAMES: [&str; 7] = ["AI", "KI", "DPIA", "GDPR", "NYC", "HMS", "MBL"];
/// English words that are none in Norwegian, and that a hasty translation leaves behind.
const ENGLISH: [&str; 40] = [
    "the",
    "and",
    "of",
    "with",
    "without",
    "is",
    "are",
    "not",
    "this",
    "that",
    "which",
    "workers",
    "worker",
    "employee",
    "employees",
    "employer",
    "review",
    "reviewer",
    "feedback",
    "compliance",
    "consent",
    "purpose",
    "deployment",
    "bias",
    "dashboard",
    "prompt",
    "prompts",
    "output",
    "input",
    "monitoring",
    "tracking",
    "retention",
    "oversight",
    "stakeholder",
    "stakeholders",
    "manager",
    "performance",
    "disclosure",
    "governance",
    "tool",
];
/// Norwegian words that English does not have. Terms of Norwegian law may stand in brackets.
const NORWEGIAN: [&str; 16] = [
    "og",
    "ikke",
    "av",
    "som",
    "eller",
    "uten",
    "ansatte",
    "arbeidsgiver",
    "tillitsvalgte",
    "formål",
    "opplysninger",
    "vurdering",
    "medbestemmelse",
    "brukes",
    "skal",
    "må",
];
/// Words of the trade that a reader without training in law or computing does not know.
const JARGON: [&str; 13] = [
    "data subject",
    "data subjects",
    "processing operation",
    "pursuant",
    "lawfulness",
    "hereof",
    "codetermined",
    "behandlingsansvarliges",
    "registrertes",
    "i henhold til",
    "vedrørende",
    "samt",
    "herunder",
];

#[test]
fn rules_are_written_in_plain_language() {
    let mut mistakes = String::new();
    for rule in tillit::builtin::rules() {
        let document = Documents::new(rule.text, Limits::default(), false).next().unwrap();
        let rule = document.to_json(document.root().unwrap());
        let id = rule["id"].as_str().unwrap();
        let mut texts = Vec::new();
        for key in ["title", "message", "help", "rationale", "limits"] {
            texts.push((key, rule[key].clone()));
        }
        for list in ["bases", "background"] {
            for basis in rule[list].as_array().into_iter().flatten() {
                texts.push(("says", basis["says"].clone()));
            }
        }
        for variant in rule["variants"].as_array().into_iter().flatten() {
            texts.push(("message", variant["message"].clone()));
        }
        for (key, text) in texts {
            let (Some(en), Some(nb)) = (text["en"].as_str(), text["nb"].as_str()) else {
                continue;
            };
            let mut say = |what: String| mistakes.push_str(&format!("{id}: {key}: {what}\n"));
            for (lang, text) in [("en", en.trim()), ("nb", nb.trim())] {
                for what in faults(key, text) {
                    say(format!("{lang}: {what}: {text}"));
                }
            }
            if marked(en) != marked(nb) {
                say(format!(
                    "not the same fields in both languages: {:?} {:?}",
                    marked(en),
                    marked(nb)
                ));
            }
            for (lang, text, foreign) in [("en", en, &NORWEGIAN[..]), ("nb", nb, &ENGLISH[..])] {
                let prose = prose(text).to_lowercase();
                for word in foreign.iter().chain(&JARGON).filter(|w| has_word(&prose, w)) {
                    say(format!("{lang}: the word `{word}`: {text}"));
                }
            }
        }
    }
    assert!(
        mistakes.is_empty(),
        "\n{} mistakes\n{mistakes}",
        mistakes.lines().count()
    );
}

/// With the values of an example in it a message is still one that a person takes in.
#[test]
fn filled_messages_stay_short() {
    let today = parse_date(trial::EXAMPLE_DAY).unwrap();
    let linter = Linter::new(&Config::default(), &[], today, Lang::En).unwrap_or_else(|m| panic!("{m:?}"));
    let mut long = String::new();
    for rule in &linter.rules.rules {
        for lang in [Lang::En, Lang::Nb] {
            for found in trial::examples(&linter, rule, lang)
                .into_iter()
                .flat_map(|example| example.found)
            {
                let length = found.message.chars().count();
                if length > LONGEST_FILLED {
                    long.push_str(&format!("{}: {length}: {}\n", rule.id, found.message));
                }
            }
        }
    }
    assert!(long.is_empty(), "\n{long}");
}

/// What is wrong with the form of a text.
fn faults(key: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let length = text.chars().count();
    let first = text.split([' ', ',', ':', '-']).next().unwrap_or_default();
    let is_lower =
        text.starts_with(|c: char| c.is_lowercase() || "`{«0123456789".contains(c)) || NAMES.contains(&first);
    let stops = text.ends_with(['.', '!', '?', ':', ';', ',']);
    match key {
        "message" => {
            if length > LONGEST_MESSAGE {
                faults.push(format!("{length} characters"));
            }
            if !is_lower {
                faults.push("a message begins with a small letter".to_owned());
            }
            if stops {
                faults.push("a message has no stop at its end".to_owned());
            }
        }
        "says" if stops => faults.push("what a clause says has no stop at its end".to_owned()),
        "says" => {}
        "title" => {
            if length > LONGEST_TITLE {
                faults.push(format!("{length} characters"));
            }
            if !text.starts_with(char::is_uppercase) || stops {
                faults.push("a title begins with a capital letter and has no stop".to_owned());
            }
        }
        _ => {
            if !text.starts_with(|c: char| c.is_uppercase() || "`“«0123456789".contains(c)) || !text.ends_with('.') {
                faults.push("a sentence begins with a capital letter and ends with a stop".to_owned());
            }
            for sentence in prose(text).split(['.', '?', ':', ';']) {
                let words = sentence.split_whitespace().count();
                if words > LONGEST_SENTENCE {
                    faults.push(format!("a sentence of {words} words"));
                }
            }
        }
    }
    if text.contains("  ") || text.contains('\n') {
        faults.push("more than one blank between two words".to_owned());
    }
    faults
}

/// The fields and placeholders that a text names.
fn marked(text: &str) -> BTreeSet<&str> {
    let mark = Regex::new(r"`[^`]*`|\{[^}]*\}").unwrap();
    mark.find_iter(text).map(|m| m.as_str()).collect()
}

/// A text without what is quoted, filled in or given in brackets as the term of a law.
fn prose(text: &str) -> String {
    Regex::new(r"`[^`]*`|\{[^}]*\}|\([^)]*\)")
        .unwrap()
        .replace_all(text, "x")
        .into_owned()
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '-')
            && !after.is_some_and(|c| c.is_alphanumeric() || c == '-')
    })
}

/// The test would be worth nothing if it found nothing.
#[test]
fn faults_are_found() {
    let message = |text: &str| faults("message", text).len();
    assert_eq!(message("no discussion is recorded"), 0);
    assert_eq!(message("No discussion is recorded."), 2);
    assert_eq!(message(&"word ".repeat(40)), 1);
    assert_eq!(faults("help", "Write it down.").len(), 0);
    assert_eq!(faults("help", &format!("Write {}down.", "it ".repeat(30))).len(), 1);
    assert!(has_word("uten feedback fra de ansatte", "feedback"));
    assert!(!has_word("tilbakemelding", "tilbake"));
    assert_eq!(marked("`a` {b} c"), BTreeSet::from(["`a`", "{b}"]));
}
