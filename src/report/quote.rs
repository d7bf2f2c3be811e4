//! Text from outside as Markdown that it cannot steer.
//!
//! Escaping is not enough: GitHub and GitLab look for people, issues, commits, emoji and formulas in the finished
//! page, where a backslash or an entity is gone. They do not look into code. So a word is plain only where it is
//! made of letters and digits with the signs that go with prose; every other word is code. What the text itself
//! puts between backticks is code, too, as the messages of rules mean it.

use crate::text::{escape, one_line};

/// A text on one line. Nothing in it is a link, an image, a mention, an emoji, HTML or a block.
pub(super) fn quoted(text: &str) -> String {
    let text = one_line(text);
    let mut out = Quoted::default();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        match after.split_once('`').filter(|(inside, _)| !inside.trim().is_empty()) {
            Some((inside, after)) => {
                out.words(before);
                out.code(inside);
                rest = after;
            }
            None => break,
        }
    }
    out.words(rest);
    out.0.truncate(out.0.trim_end().len());
    out.0
}

/// A text as code, in backticks that do not stand in it.
pub(super) fn code(text: &str) -> String {
    let text = escape(text).replace("##", "#♯");
    let text = if text.trim().is_empty() { "…" } else { &text };
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[derive(Default)]
struct Quoted(String);

impl Quoted {
    fn words(&mut self, text: &str) {
        for (number, part) in text.split(' ').enumerate() {
            if number > 0 && !self.0.is_empty() && !self.0.ends_with(' ') {
                self.0.push(' ');
            }
            self.word(part);
        }
    }

    /// A word; the signs around it are prose, whatever it is.
    fn word(&mut self, word: &str) {
        let inner = word.trim_start_matches(['(', '"', '\'', '«', '“', '‘', '§']);
        let before = &word[..word.len() - inner.len()];
        let core = inner.trim_end_matches(|c| {
            let is_closed = c == ')' && inner.contains('(');
            !is_closed && [')', '"', '\'', '»', '”', '’', ',', '.', ';', ':', '?', '!', '…'].contains(&c)
        });
        let behind = &inner[core.len()..];
        if is_plain(core) {
            self.plain(word);
        } else {
            self.0.push_str(before);
            self.code(core);
            self.0.push_str(behind);
        }
    }

    /// Two pieces of code that touch would be read as one, with other ends.
    fn code(&mut self, text: &str) {
        if self.0.ends_with('`') {
            self.0.push(' ');
        }
        self.0.push_str(&code(text));
    }

    /// At the beginning, a sign before a blank or a number with a point would begin a list.
    fn plain(&mut self, word: &str) {
        let sign = word.trim_start_matches(|c: char| c.is_ascii_digit());
        if self.0.is_empty() && (sign.starts_with('-') || matches!(sign, "." | ")")) {
            let number = &word[..word.len() - sign.len()];
            self.0.push_str(&format!("{number}\\{sign}"));
        } else {
            self.0.push_str(word);
        }
    }
}

/// Whether a word, without the signs around it, is prose to every reader of Markdown.
fn is_plain(word: &str) -> bool {
    let mut parts = word.split(['-', '–', '/', '\'', '’', '(', ')']);
    let is_word = |part: &str| {
        let mut runs = part.split(|c: char| !c.is_ascii_hexdigit());
        // So many hexadecimal digits can be a commit.
        part.chars().all(char::is_alphanumeric) && runs.all(|run| run.len() < 7)
    };
    // `GH-1` is an issue, and a repository can have other letters that mean one.
    let mut signs = word.split('-').zip(word.split('-').skip(1));
    let is_issue = signs.any(|(before, after)| {
        before.ends_with(char::is_alphabetic) && after.starts_with(|c: char| c.is_ascii_digit())
    });
    let is_sign = matches!(word, "–" | "—" | "·" | "×");
    is_sign || is_date(word) || (parts.all(is_word) && !is_issue && !word.contains("//"))
}

/// Whether a word is a date, or days of one: `19.-20.11.2021`.
fn is_date(word: &str) -> bool {
    let mut numbers = word.split(['.', '-', '–']);
    numbers.all(|number| number.len() <= 4 && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    use regex::Regex;

    use super::*;

    #[test]
    fn prose_stays_prose_and_everything_else_is_code() {
        let cases = [
            (
                "a text, with (signs) and “quotes”.",
                "a text, with (signs) and “quotes”.",
            ),
            (
                "Arbeidsmiljøloven § 9-1 (A9); GDPR art. 6(1)(f)",
                "Arbeidsmiljøloven § 9-1 (A9); GDPR art. 6(1)(f)",
            ),
            ("`data.inputs[0]` is open", "`data.inputs[0]` is open"),
            ("see `a`, `b`", "see `a`, `b`"),
            ("@octocat", "`@octocat`"),
            ("(see a.yaml:1).", "(see `a.yaml:1`)."),
            ("fixes #1 and GH-2", "fixes `#1` and `GH-2`"),
            (":tada:", "`:tada`:"),
            ("19.-20.11.2021, 2019) 1.", "19.-20.11.2021, 2019) 1."),
            ("evil.example www.x https://x", "`evil.example` `www.x` `https://x`"),
            (
                "![i](u) [l](u) <b> &amp; *e* _e_ ~s~ a|b",
                "`![i](u)` `[l](u)` `<b>` `&amp`; `*e*` `_e_` `~s~` `a|b`",
            ),
            ("# heading", "`#` heading"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("[ ] task", "`[` `]` task"),
            ("commit deadbeef", "commit `deadbeef`"),
            ("a`b", "``a`b``"),
            ("`` @x `", "``` `` ``` `@x` `` ` ``"),
            ("two\nlines\u{202e}", "two `lines\\u{202E}`"),
            ("##[error]x", "`#♯[error]x`"),
        ];
        for (text, wanted) in cases {
            assert_eq!(quoted(text), wanted, "{text}");
        }
    }

    /// What is wrong with Markdown that should be one paragraph of text and code.
    fn wrong(markdown: &str) -> Option<String> {
        static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
            let pattern = r"@[\w-]|#\d|\bGH-\d|:[\w+-]+:|\b[0-9a-f]{7,}\b|://|www\.|\w\.[A-Za-z]{2}|[!$%&~^]\w|##|\$";
            Regex::new(pattern).unwrap()
        });
        let mut text = String::new();
        for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                Event::Text(part) => text.push_str(&part),
                // What is beside code is looked at apart.
                Event::Code(_) => text.push('\u{0}'),
                other => return Some(format!("{other:?}")),
            }
        }
        REFERENCE.find(&text).map(|found| found.as_str().to_owned())
    }

    /// Pieces from which anything can be put together that means something in Markdown.
    fn piece() -> impl Strategy<Value = String> {
        let pieces = vec![
            "`",
            "``",
            "@a",
            "@",
            "#1",
            "#",
            "GH-1",
            ":x:",
            ":",
            "a",
            "1",
            ".",
            ")",
            "(",
            "[",
            "]",
            "](u)",
            "![",
            "<",
            ">",
            "<!--",
            "&amp;",
            "&#64;",
            "*",
            "**",
            "_",
            "~~",
            "|",
            "-",
            "---",
            "===",
            "+",
            "=",
            "\\",
            "\\`",
            "\n",
            "\n\n",
            "    ",
            "\t",
            "\r",
            "> ",
            "- [ ] ",
            "1. ",
            "http://e.x",
            "www.e.x",
            "e.com",
            "a@e.x",
            "deadbeef",
            "$",
            "$`a`$",
            "{",
            "}",
            "!1",
            "%2",
            "^1",
            "\u{a0}",
            "\u{202e}",
            "\u{200b}",
            "é",
            "e\u{301}",
            "§",
            "«",
            "—",
            "##[error]",
            "::",
        ];
        prop_oneof![4 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
    }

    proptest! {
        #[test]
        fn nothing_but_text_and_code_comes_out(pieces in prop::collection::vec(piece(), 0..24)) {
            let text = pieces.concat();
            for markdown in [quoted(&text), format!("- **error** {}", quoted(&text)), code(&text)] {
                prop_assert!(!markdown.contains(['\n', '\r']), "{markdown:?}");
                let inner = markdown.strip_prefix("- **error** ").unwrap_or(&markdown);
                prop_assert_eq!(wrong(inner), None, "{:?} from {:?}", markdown, text);
            }
        }

        #[test]
        fn code_says_what_it_is_given(text in "[ -~]{1,20}") {
            let text = text.replace("##", "#♯");
            prop_assume!(!text.trim().is_empty());
            let markdown = code(&text);
            let events: Vec<Event<'_>> = Parser::new(&markdown).collect();
            prop_assert!(matches!(&events[..], [_, Event::Code(said), _] if **said == *text), "{events:?}");
        }
    }
}
