//! Who may sign agreements, before a change and with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Comparison;
use crate::finding::Mistake;
use crate::signature::{Allowed, Moment, Revoked, Trust};
use crate::source::{SourceFile, Span};
use crate::text::{both, shown};

/// Who may sign agreements, as files say it.
#[derive(Clone, Debug)]
pub struct Signers {
    /// Those who may.
    pub allowed: List,
    /// Keys that count no more.
    pub revoked: Option<List>,
}

/// A file with keys, as it is: whether it is text is found out when it is read as one.
#[derive(Clone, Debug)]
pub struct List {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Signers {
    /// Whose signatures count at a moment.
    ///
    /// # Errors
    /// Every mistake in the files.
    pub fn trust(&self, moment: &Moment) -> Result<Trust, Vec<Mistake>> {
        let allowed = Allowed::read(&self.allowed.name, self.allowed.bytes.clone(), &moment.zone);
        let revoked = self
            .revoked
            .as_ref()
            .map(|list| Revoked::read(&list.name, list.bytes.clone()));
        match (allowed, revoked.transpose()) {
            (Ok(allowed), Ok(revoked)) => Ok(Trust {
                allowed,
                revoked,
                moment: moment.clone(),
            }),
            (allowed, revoked) => {
                let mistakes = [allowed.err(), revoked.err()];
                Err(mistakes.into_iter().flatten().flatten().collect())
            }
        }
    }
}

impl List {
    fn source(&self) -> Arc<SourceFile> {
        Arc::new(SourceFile::new(
            self.name.as_str(),
            String::from_utf8_lossy(&self.bytes).into_owned(),
        ))
    }

    fn lines(&self) -> BTreeSet<Terms> {
        let text = String::from_utf8_lossy(&self.bytes);
        text.lines().filter_map(terms).collect()
    }
}

/// A line of a list without its comment: everything before the key, and the key.
type Terms = (String, String);

fn terms(line: &str) -> Option<Terms> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if !says_something(line.trim()) {
        return None;
    }
    // What encodes a key begins with the length of its type, which is short.
    let key = words
        .iter()
        .position(|word| word.starts_with("AAAA"))
        .unwrap_or(words.len());
    let (before, rest) = words.split_at(key);
    Some((before.join(" "), rest.first().copied().unwrap_or_default().to_owned()))
}

/// Whom a line names.
fn principals(terms: &Terms) -> &str {
    terms.0.split(' ').next().unwrap_or_default()
}

fn says_something(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

impl Comparison<'_> {
    /// Signatures count that count then and now, which is worked out for each. Here it is said what has become
    /// milder: somebody more who may sign, or a key that counts again.
    pub(super) fn signers(&mut self) {
        let (before, now) = (self.before.signers.as_ref(), self.now.signers.as_ref());
        let name = shown(self.name);
        if let Some(now) = now {
            let known = before.map(|before| before.allowed.lines()).unwrap_or_default();
            let source = now.allowed.source();
            let mut at = 0;
            for text in source.text().split_inclusive('\n') {
                let span = Span::new(at, at + text.trim_end().len());
                at += text.len();
                let Some(line) = terms(text).filter(|line| !known.contains(line)) else {
                    continue;
                };
                let who = shown(principals(&line));
                let is_same = |other: &&Terms| principals(other) == principals(&line) && other.1 == line.1;
                let message = match known.iter().any(|other| is_same(&other)) {
                    false => both(
                        format!("{who} may not sign with this key in {name} yet, and does not count here"),
                        format!("{who} kan ikke signere med denne nøkkelen i {name} ennå, og teller ikke her"),
                    ),
                    true => both(
                        format!("{who} may sign on other terms in {name}; what both allow counts here"),
                        format!("{who} kan signere på andre vilkår i {name}. Det begge tillater, teller her"),
                    ),
                };
                self.add(&source, span, &[&who], message);
            }
        }
        let Some(list) = before.and_then(|before| before.revoked.as_ref()) else {
            return;
        };
        let kept = now
            .and_then(|now| now.revoked.as_ref())
            .map(List::lines)
            .unwrap_or_default();
        let again = list.lines().into_iter().filter(|line| !kept.contains(line)).count();
        if again > 0 {
            let file = now.and_then(|now| now.revoked.as_ref()).map(List::source);
            let source = file.unwrap_or_else(|| Arc::clone(&self.source));
            let message = both(
                format!("{again} of the keys that are withdrawn in {name} would count again"),
                format!("{again} av nøklene som er trukket tilbake i {name}, ville telle igjen"),
            );
            self.add(&source, Span::default(), &["revoked-signers"], message);
        }
    }
}
