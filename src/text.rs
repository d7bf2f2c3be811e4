//! Text in the two languages, and the safe quoting of text that comes from outside.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::source::EncodingError;

/// A language that people read findings in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Norwegian Bokmål.
    Nb,
}

impl Lang {
    /// The language of a locale or a language tag: `nb_NO.UTF-8`, `no`, `nn-NO` read Bokmål, all
    /// others English.
    pub fn from_locale(tag: &str) -> Lang {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "nb" | "no" | "nn" => Lang::Nb,
            _ => Lang::En,
        }
    }

    /// The tag of the language: `en` or `nb`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Nb => "nb",
        }
    }

    /// The one of two texts that is in this language.
    pub fn pick<'a>(self, en: &'a str, nb: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Nb => nb,
        }
    }
}

/// What is wrong with bytes that are not UTF-8 text, and what to do about it.
pub fn not_text(error: EncodingError) -> (Localized, Localized) {
    let nb = match error {
        EncodingError::OtherEncoding(name) => format!("filen er {name}, ikke UTF-8"),
        EncodingError::NotUtf8 { offset, value } => format!("byten 0x{value:02X} på plass {offset} er ikke UTF-8"),
    };
    (
        both(error.to_string(), nb),
        both("Save the file as UTF-8.", "Lagre filen som UTF-8."),
    )
}

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localized {
    /// English.
    pub en: String,
    /// Bokmål.
    pub nb: String,
}

impl Localized {
    /// The text in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.nb)
    }
}

/// A text in both languages.
pub fn both(en: impl Into<String>, nb: impl Into<String>) -> Localized {
    Localized {
        en: en.into(),
        nb: nb.into(),
    }
}

/// Longest value, in characters, that a message shows of a manifest's text.
const LONGEST_VALUE: usize = 60;

/// True for a character that could steer a terminal, turn the direction of text or hide itself.
pub fn is_unsafe(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E01EF}')
}

/// The text with every unsafe character written out as `\u{…}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The line, unless a build runner would take it for a command: `::name::` at its beginning, or `##[name]`,
/// `##vso[name]` and the like anywhere in it. Then one character of it is replaced by its like.
pub fn guarded(line: &str) -> Cow<'_, str> {
    let mut line = Cow::Borrowed(line);
    if line.trim_start().starts_with("::") {
        line = Cow::Owned(line.replacen("::", "∷", 1));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric();
    let is_command = |(at, _)| line[..at].trim_end_matches(is_name).ends_with("##");
    if line.contains("##") && line.match_indices('[').any(is_command) {
        line = Cow::Owned(line.replace("##", "#♯"));
    }
    line
}

/// A path as a relative address, percent-encoded. A colon is encoded, too, so that no part of it is a scheme.
pub fn address(path: &[u8]) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(*byte));
            }
            _ => _ = write!(address, "%{byte:02X}"),
        }
    }
    address
}

/// A path as one word of a command, in quotes only where a shell would take it for something else.
pub fn for_shell(path: &str) -> Cow<'_, str> {
    if path.starts_with('-') {
        return Cow::Owned(for_shell(&format!("./{path}")).into_owned());
    }
    match path.chars().all(|c| c.is_alphanumeric() || "_./@%+=:,-".contains(c)) {
        true => Cow::Borrowed(path),
        false => Cow::Owned(format!("'{}'", path.replace('\'', "'\\''"))),
    }
}

/// A path as a value between braces in YAML, in quotes only where it would be read as something else.
pub fn for_yaml(path: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "_./-".contains(c);
    // Other words may be numbers, days or flags.
    let is_word = !path.starts_with('-') && (path.contains('/') || path.ends_with(".yaml"));
    match is_word && path.chars().all(is_plain) {
        true => Cow::Borrowed(path),
        false => Cow::Owned(format!("'{}'", path.replace('\'', "''"))),
    }
}

/// A value from a manifest as a message shows it: one line, nothing unsafe, not too long.
pub fn shown(value: &str) -> String {
    escape(&cut(value.trim(), LONGEST_VALUE)).into_owned()
}

/// Bytes as lower-case hexadecimal digits, as hashes are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text with its words on one line, and nothing unsafe.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    escape(&words.join(" ")).into_owned()
}

/// The text, cut to so many characters and a mark that it goes on.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The known name nearest to a mistaken one, if any is near enough to be what was meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: String = wrong.chars().take(80).collect::<String>().to_lowercase();
    let fold = |s: &str| s.to_lowercase().replace('_', "-");
    let folded = fold(&wrong);
    known
        .into_iter()
        .map(|name| {
            let candidate = fold(name);
            let distance = strsim::osa_distance(&folded, &candidate);
            let contained = candidate.len() >= 3
                && folded.len() >= 3
                && (candidate.contains(&folded) || folded.contains(&candidate));
            (if contained { distance.min(2) } else { distance }, distance, name)
        })
        .filter(|(near, _, name)| *near <= (name.len().min(folded.len()) / 3).clamp(1, 4))
        .min_by_key(|(near, distance, _)| (*near, *distance))
        .map(|(_, _, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_to_a_build_runner() {
        assert_eq!(guarded("  ::error::x"), "  ∷error::x");
        assert_eq!(guarded("a ##[error]x"), "a #♯[error]x");
        assert_eq!(guarded("##vso[task.setvariable]x"), "#♯vso[task.setvariable]x");
        assert_eq!(guarded("a ##teamcity[x ##"), "a #♯teamcity[x #♯");
        assert_eq!(guarded("###[error]"), "#♯#[error]");
        assert_eq!(guarded("a::b"), "a::b");
        assert_eq!(guarded("## Purpose [1]"), "## Purpose [1]");
    }

    #[test]
    fn unsafe_characters_are_written_out() {
        assert_eq!(escape("a\u{1b}[31m\u{202e}b"), "a\\u{1B}[31m\\u{202E}b");
        assert_eq!(escape("blåbær 😀"), "blåbær 😀");
        assert_eq!(shown("  two\nlines "), "two\\nlines");
        assert_eq!(shown(&"x".repeat(99)).chars().count(), 61);
        assert_eq!(one_line("  two\r\n\tlines\u{0}"), "two lines\\u{0}");
        assert_eq!(cut("blåbær", 4), "blåb…");
        assert_eq!(cut("blåbær", 6), "blåbær");
    }

    #[test]
    fn a_path_is_one_word_and_one_value() {
        for plain in ["blå-2026-11-21.yaml", "../../a_b.yaml", "/c/d.new"] {
            assert_eq!((for_shell(plain), for_yaml(plain)), (plain.into(), plain.into()));
        }
        assert_eq!(for_shell("a b;touch c.yaml"), "'a b;touch c.yaml'");
        assert_eq!(for_shell("it's $(a).yaml"), r"'it'\''s $(a).yaml'");
        assert_eq!(
            (for_shell("-x.yaml"), for_shell("-x y")),
            ("./-x.yaml".into(), "'./-x y'".into())
        );
        assert_eq!(for_yaml("a, b: }.yaml"), "'a, b: }.yaml'");
        assert_eq!(for_yaml("it's.yaml"), "'it''s.yaml'");
        for other in ["true", "2026-11-21", "~", "-.yaml"] {
            assert_eq!(for_yaml(other), format!("'{other}'"));
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        let known = ["retention", "recipients", "purposes", "employer_access"];
        assert_eq!(nearest("retenton", known), Some("retention"));
        assert_eq!(nearest("employer-access", known), Some("employer_access"));
        assert_eq!(nearest("purpose", known), Some("purposes"));
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn norwegian_locales_read_bokmål() {
        for tag in ["nb_NO.UTF-8", "no", "nn-NO", "NB"] {
            assert_eq!(Lang::from_locale(tag), Lang::Nb, "{tag}");
        }
        for tag in ["en_GB", "C", "", "novial"] {
            assert_eq!(Lang::from_locale(tag), Lang::En, "{tag}");
        }
    }
}
