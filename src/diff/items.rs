//! Which items of a list go by another id now, though something else about them has changed as well.

use std::collections::{BTreeMap, BTreeSet};

use super::phrase::TELLING;
use super::system::Known;
use crate::agreement::{Content, Renames, names};
use crate::shape::Shape;

/// The list whose items people call by their names, not their ids.
pub(super) const GROUPS: &str = "subjects.groups";

/// What only goes by another name, then of what is left groups with the same name, and what is the one of its kind
/// that is gone and the one that is new.
pub(super) fn renames(before: &Known, now: &Known, shape: &Shape) -> Renames {
    let mut renames = Renames::default().find(&before.content, &now.content, shape);
    let kinds = TELLING.iter().map(|(list, field)| (*list, Some(*field)));
    for (list, field) in std::iter::once((GROUPS, None)).chain(kinds) {
        let read = renames.follow(&before.content, shape);
        let (were, are) = (names(&read, list), names(&now.content, list));
        let said = |known: &Known, content: &Content, item: &str| match field {
            Some(field) => kind(content, list, item, field),
            None => known.called.get(item).cloned(),
        };
        let gone = by_kind(&(&were - &are), |item| said(before, &read, item));
        let mut come = by_kind(&(&are - &were), |item| said(now, &now.content, item));
        for (kind, from) in gone {
            if let ([from], Some([to])) = (from.as_slice(), come.remove(&kind).as_deref()) {
                renames.add(list, from, to);
            }
        }
    }
    renames.find(&before.content, &now.content, shape)
}

/// Items by what they are, those of which that is not said left out.
fn by_kind<'n>(items: &BTreeSet<&'n str>, kind: impl Fn(&str) -> Option<String>) -> BTreeMap<String, Vec<&'n str>> {
    let mut by_kind: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for item in items {
        if let Some(kind) = kind(item) {
            by_kind.entry(kind).or_default().push(item);
        }
    }
    by_kind
}

/// What an item is, in the word of its field.
fn kind(content: &Content, list: &str, item: &str, field: &str) -> Option<String> {
    let mut lines = content.lines().map(|(_, line)| line);
    let line = lines.find(|line| line.list == list && line.item.as_deref() == Some(item) && line.field == field)?;
    line.value.as_str().map(str::to_owned)
}
