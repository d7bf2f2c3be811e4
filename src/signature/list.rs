//! Lists of keys: text, an entry on each line.

use std::ops::Range;
use std::sync::Arc;

use super::LARGEST_LIST;
use crate::finding::Mistake;
use crate::source::{SourceFile, Span};
use crate::text::{Localized, both, not_text};

/// Most mistakes that are told of one list.
const MOST_MISTAKES: usize = 100;

/// What is wrong with a line, and where in it.
pub struct Wrong {
    pub at: Range<usize>,
    pub message: Localized,
    pub help: Localized,
}

/// The entries of a list. Each line comes with its end; `None` for one that says nothing.
pub fn read<T>(
    name: &str,
    bytes: Vec<u8>,
    entry: impl Fn(&str) -> Result<Option<T>, Wrong>,
) -> Result<Vec<T>, Vec<Mistake>> {
    let source = text(name, bytes).map_err(|mistake| vec![mistake])?;
    let (mut entries, mut mistakes, mut at) = (Vec::new(), Vec::new(), 0);
    for line in source.text().split_inclusive('\n') {
        match entry(line) {
            Ok(entry) => entries.extend(entry),
            Err(wrong) => mistakes.push(Mistake {
                source: Arc::clone(&source),
                span: Span::new(at + wrong.at.start, at + wrong.at.end),
                message: wrong.message,
                help: wrong.help,
            }),
        }
        if mistakes.len() == MOST_MISTAKES {
            break;
        }
        at += line.len();
    }
    match mistakes.is_empty() {
        true => Ok(entries),
        false => Err(mistakes),
    }
}

/// A mistake of a whole file, at its beginning.
pub fn whole(source: SourceFile, message: Localized, help: Localized) -> Mistake {
    Mistake {
        source: Arc::new(source),
        span: Span::default(),
        message,
        help,
    }
}

/// The text, once it is known to be text of a reasonable size.
fn text(name: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Mistake> {
    if bytes.len() > LARGEST_LIST {
        return Err(whole(
            SourceFile::new(name, ""),
            both("the file is larger than 1 MiB", "filen er større enn 1 MiB"),
            both(
                "Take out the lines that are needed no more.",
                "Ta ut linjene som ikke trengs lenger.",
            ),
        ));
    }
    let source = SourceFile::from_bytes(name, bytes).map_err(|(source, error)| {
        let (message, help) = not_text(error);
        whole(source, message, help)
    })?;
    let (message, at) = match (source.text().starts_with('\u{feff}'), source.text().find('\0')) {
        (true, _) => (
            both("the file has a byte order mark", "filen har et byterekkefølgemerke"),
            0..3,
        ),
        (_, Some(at)) => (both("a zero byte in the text", "en nullbyte i teksten"), at..at + 1),
        _ => return Ok(Arc::new(source)),
    };
    Err(Mistake {
        source: Arc::new(source),
        span: Span::new(at.start, at.end),
        message,
        help: both(
            "OpenSSH does not read past it. Save the file as plain UTF-8 text.",
            "OpenSSH leser ikke forbi det. Lagre filen som ren UTF-8-tekst.",
        ),
    })
}
