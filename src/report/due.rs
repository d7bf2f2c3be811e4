//! What falls due, one file for each format, and the words that formats for people share.

#[cfg(feature = "cli")]
pub mod ics;
pub mod json;
#[cfg(feature = "cli")]
pub mod text;

/// Words for people: on one line, safe to print, and not too long, whatever the manifest says.
#[cfg(feature = "cli")]
mod words {
    use jiff::civil::Date;

    use crate::due::Entry;
    use crate::report::summary::{few, number};
    use crate::text::{Lang, shown};

    /// What falls due, and what it is about.
    pub(super) fn what(entry: &Entry, lang: Lang) -> String {
        let label = entry.kind.label(lang);
        match entry.about.is_empty() {
            true => label.to_owned(),
            false => format!("{label} ({})", names(&entry.about)),
        }
    }

    /// The system by its name and id, or by its file.
    pub(super) fn system(entry: &Entry) -> String {
        match (&entry.name, &entry.system) {
            (Some(name), Some(id)) => format!("{} ({})", shown(name), shown(id)),
            (Some(one), None) | (None, Some(one)) => shown(one),
            (None, None) => shown(&entry.file),
        }
    }

    /// Who sees to it.
    pub(super) fn responsible(entry: &Entry, lang: Lang) -> String {
        match entry.responsible.is_empty() {
            true => lang.pick("not named", "ikke navngitt").to_owned(),
            false => names(&entry.responsible),
        }
    }

    /// The rule that finds it when the day has passed.
    pub(super) fn rule(entry: &Entry, lang: Lang) -> String {
        let none = lang.pick("none asks here", "ingen spør her");
        entry.rule.as_deref().map_or_else(|| none.to_owned(), shown)
    }

    /// How far away the day is.
    pub(super) fn distance(entry: &Entry, today: Date, lang: Lang) -> String {
        let days = i64::from((entry.date - today).get_days());
        let count = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
        let count = number(count, lang, ["day", "days"], ["dag", "dager"]);
        match (days, lang) {
            (0, _) => lang.pick("today", "i dag").to_owned(),
            (1.., Lang::En) => format!("in {count}"),
            (1.., Lang::Nb) => format!("om {count}"),
            (_, Lang::En) => format!("{count} ago"),
            (_, Lang::Nb) => format!("for {count} siden"),
        }
    }

    fn names(names: &[String]) -> String {
        few(names.iter().map(|name| shown(name)).collect())
    }
}
