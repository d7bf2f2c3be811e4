//! The worked examples of `rules/intrusion.yaml`: nobody can change a weight unseen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use tillit::assess::assess;
use tillit::builtin;
use tillit::config::Config;
use tillit::lint::Linter;
use tillit::ruleset::BANDS;
use tillit::schema::Manifest;
use tillit::text::Lang;
use tillit::value::{Value, parse_date};

#[test]
fn the_worked_examples_come_out_as_they_say() {
    let today = parse_date("2026-11-21").unwrap();
    let linter = Linter::new(&Config::default(), &[], today, Lang::En).unwrap_or_else(|m| panic!("{m:?}"));
    let rules = &linter.rules;
    let bands = rules.vocabularies.get(rules.vocabularies.find(BANDS).unwrap());
    let facts = &rules.shape.scopes[rules.facts.top];
    let document = builtin::file("rules/intrusion.yaml").document();
    let root = document.root().unwrap();
    let mut seen = 0;
    for example in document.children(document.get(root, "examples").unwrap()) {
        let text = |key: &str| document.text(document.get(example, key).unwrap()).unwrap();
        let about = document.get(example, "about").and_then(|a| document.get(a, "en"));
        let about = document.text(about.unwrap()).unwrap();
        let subtree = document.subtree(document.get(example, "manifest").unwrap());
        let mut manifest = Manifest::read(&subtree, &rules.shape, &rules.vocabularies, false);
        assert!(manifest.problems.is_empty(), "{about}: {:?}", manifest.problems);
        let found = assess(&mut manifest, rules, &linter.intrusion, today);
        assert_eq!(found.score.total.to_string(), text("score"), "{about}");
        assert_eq!(bands.terms[found.score.band as usize].id, text("band"), "{about}");
        // None of the examples says anything of safeguards, so the fact names all that the band asks for.
        let wanted: Vec<&str> = found
            .score
            .missing
            .iter()
            .map(|n| linter.intrusion.safeguards[*n].id.as_str())
            .collect();
        let missing = manifest.value(found.instance, facts.slot("safeguards.missing").unwrap());
        let named: Vec<&str> = manifest
            .list(missing)
            .iter()
            .map(|(value, _)| {
                if let Value::Text(id) = value {
                    *id
                } else {
                    panic!("{value:?}")
                }
            })
            .collect();
        assert!(named.contains(&"notice"), "{about}: {named:?}");
        assert_eq!(named, wanted, "{about}");
        seen += 1;
    }
    assert_eq!(seen, 6);
}
