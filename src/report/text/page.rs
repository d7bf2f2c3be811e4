//! What is written for people: wrapped to the width, coloured or not, and safe to print.

use std::borrow::Cow;
use std::io;

use super::Style;
use crate::finding::Severity;
pub(in crate::report) use crate::text::one_line as clean;
use crate::text::{Lang, guarded};

/// Colours, as codes of the terminal.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) enum Ink {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    Bold,
    Dim,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Red => "31",
            Ink::Green => "32",
            Ink::Yellow => "33",
            Ink::Blue => "34",
            Ink::Magenta => "35",
            Ink::Cyan => "36",
            Ink::Bold => "1",
            Ink::Dim => "2",
        }
    }

    pub(in crate::report) fn of(severity: Severity) -> Ink {
        match severity {
            Severity::Error => Ink::Red,
            Severity::Warning => Ink::Yellow,
            Severity::Note => Ink::Cyan,
        }
    }
}

/// The narrowest and the widest lines that are written, whatever the terminal says: below the
/// first nothing fits, above the second nobody reads.
const WIDTHS: (usize, usize) = (40, 120);

/// A place to write lines to.
pub(in crate::report) struct Page<'a> {
    out: &'a mut dyn io::Write,
    pub(in crate::report) style: Style,
    pub(in crate::report) lang: Lang,
}

impl<'a> Page<'a> {
    pub(in crate::report) fn new(out: &'a mut dyn io::Write, style: Style, lang: Lang) -> Self {
        let width = style.width.clamp(WIDTHS.0, WIDTHS.1);
        Page {
            out,
            style: Style { width, ..style },
            lang,
        }
    }

    /// The text in colour.
    pub(in crate::report) fn paint(&self, ink: Ink, text: &str) -> String {
        if self.style.color && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// The text as a link, where the terminal can follow one.
    pub(in crate::report) fn link(&self, url: Option<String>, text: &str) -> String {
        match url.filter(|_| self.style.links) {
            Some(url) => format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text.to_owned(),
        }
    }

    /// Writes lines. Everything that is printed goes through here.
    pub(in crate::report) fn lines(&mut self, text: &str) -> io::Result<()> {
        for line in text.lines() {
            writeln!(self.out, "{}", guarded(line.trim_end()))?;
        }
        Ok(())
    }

    pub(in crate::report) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A text, wrapped.
    pub(in crate::report) fn paragraph(&mut self, text: &str) -> io::Result<()> {
        self.hanging("", "", text)
    }

    /// A text behind `first`, wrapped; its further lines stand behind `rest`.
    pub(in crate::report) fn hanging(&mut self, first: &str, rest: &str, text: &str) -> io::Result<()> {
        // Ids and file names stay whole: lines end only at blanks.
        let options = textwrap::Options::new(self.style.width)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .initial_indent(first)
            .subsequent_indent(rest);
        let wrapped = textwrap::fill(text, options);
        self.lines(&wrapped)
    }
}

/// The text, cut to so many columns.
pub(in crate::report) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let mut out = String::new();
    for c in text.chars() {
        used += char_width(c);
        if used > columns {
            break;
        }
        out.push(c);
    }
    Cow::Owned(out.trim_end().to_owned() + "…")
}

/// The end of a text, cut to so many columns: of a path, the end says most.
pub(in crate::report) fn cut_front(text: &str, columns: usize) -> Cow<'_, str> {
    let mut used = 1;
    let fits = |c: &char| {
        used += char_width(*c);
        used <= columns
    };
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let tail: usize = text.chars().rev().take_while(fits).map(char::len_utf8).sum();
    Cow::Owned(format!("…{}", &text[text.len() - tail..]))
}

pub(in crate::report) fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

pub(in crate::report) fn char_width(c: char) -> usize {
    width(c.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_by_columns_not_by_bytes() {
        assert_eq!(cut("blåbær", 6), "blåbær");
        assert_eq!(cut("blåbær", 5), "blåb…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut_front("a/b/c.yaml", 7), "…c.yaml");
    }
}
