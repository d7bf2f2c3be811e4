//! What holds for any input: nothing panics, and every span lies where it belongs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod trees;

use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;
use tillit::source::{SourceFile, Span};
use trees::{check_spans, yaml_files};

/// Pieces from which much YAML, right and wrong, can be put together.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a",
            "b: ",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            "\r\n",
            "\r",
            "\t",
            "[",
            "]",
            "{",
            "}",
            ", ",
            ": ",
            ":",
            "? ",
            "|\n",
            ">-\n  ",
            "|2+\n",
            "'",
            "\"",
            "\\",
            "#",
            " # c",
            "&x ",
            "*x",
            "!!str ",
            "!t ",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "<<: ",
            "\u{feff}",
            "\0",
            "\u{85}",
            "\u{2028}",
            "ø",
            "😀",
            "~",
            "null",
            "true",
            "12",
            "tillit: 1\n",
            "system:\n  id: ",
            "data:\n  inputs:\n    - id: ",
            "unknown",
            "purposes: ",
            "\u{1b}",
            "`",
            "@",
            "%",
            "*",
            "&",
            "!",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (Ok(source) | Err((source, _))) = SourceFile::from_bytes("f", bytes);
        check_spans(source.text());
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}") {
        check_spans(&text);
    }

    #[test]
    fn text_put_together_from_pieces_never_panics(pieces in prop::collection::vec(piece(), 0..40)) {
        check_spans(&pieces.concat());
    }

    #[test]
    fn an_example_with_some_bytes_changed_never_panics(
        file in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), piece(), 0_usize..8), 1..4),
    ) {
        let files = yaml_files("examples");
        let mut text = fs::read_to_string(file.get(&files)).unwrap();
        for (at, piece, cut) in changes {
            let starts: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            let from = *at.get(&starts);
            let to = starts.iter().copied().find(|s| *s >= from + cut).unwrap_or(text.len());
            text.replace_range(from..to, &piece);
        }
        check_spans(&text);
    }

    #[test]
    fn a_position_is_where_counting_leads(
        text in prop_oneof!["[a\nø😀\r]{0,1500}", "[ab\n]{0,1500}"],
        at in any::<Index>(),
        len in 0u32..700,
    ) {
        let source = SourceFile::new("f", text.as_str());
        let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        let at = *at.get(&ends);
        let before = &text[..at];
        // A carriage return before a line feed does not end a line by itself.
        let open = before.ends_with('\r') && text[at..].starts_with('\n');
        let lines = before.replace("\r\n", "\n").replace('\r', "\n");
        let lines = if open { &lines[..lines.len() - 1] } else { &lines };
        let line = lines.rsplit('\n').next().unwrap();
        let position = source.position(u32::try_from(at).unwrap());
        prop_assert_eq!(position.line as usize, lines.split('\n').count());
        prop_assert_eq!(position.column as usize, line.chars().count() + 1 + usize::from(open));
        prop_assert_eq!(position.utf16 as usize, line.encode_utf16().count() + 1 + usize::from(open));
        let start = u32::try_from(at).unwrap();
        let span = Span { start, end: start + len };
        prop_assert_eq!(source.positions(span), (position, source.position(span.end)));
    }
}
