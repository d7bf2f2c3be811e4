//! The rules as a table: for people as text, for programs as JSON.

use serde::Serialize;

use super::names::{packs_of, severity};
use crate::config::Level;
use crate::finding::Severity;
use crate::ruleset::RuleSet;
use crate::text::{Lang, Localized, escape};

/// A rule in the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub id: String,
    /// Its category.
    pub category: String,
    /// The severity it comes with.
    pub severity: Severity,
    /// What the configuration says of it.
    pub level: Option<Level>,
    /// When it runs.
    pub runs: Runs,
    /// Its packs.
    pub packs: Vec<String>,
    /// What to do, in English and Bokmål.
    pub title: Localized,
    /// False when it can only be fixed.
    pub waivable: bool,
    /// False for an organisation's own rule.
    pub builtin: bool,
}

/// When a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// On every manifest.
    Always,
    /// On manifests for which one of its packs is active.
    WherePackApplies,
    /// The configuration has switched it, or all its packs, off.
    Never,
}

impl Runs {
    /// `always`, `where-pack-applies` or `never`.
    pub fn name(self) -> &'static str {
        match self {
            Runs::Always => "always",
            Runs::WherePackApplies => "where-pack-applies",
            Runs::Never => "never",
        }
    }
}

/// All rules, by category and id.
pub fn table(rules: &RuleSet) -> Vec<Row> {
    let mut rows: Vec<Row> = rules.rules.iter().enumerate().map(|(n, _)| row(rules, n)).collect();
    rows.sort_by(|a, b| (&a.category, &a.id).cmp(&(&b.category, &b.id)));
    rows
}

fn row(rules: &RuleSet, number: usize) -> Row {
    let rule = &rules.rules[number];
    let packs = packs_of(rule);
    let level = match rules.is_off(number) {
        true => Some(Level::Off),
        false => rules.level(number).map(Level::At),
    };
    let switch = |pack: &usize| rules.pack_switches.get(*pack).copied().flatten();
    let unconditional = |pack: &usize| rules.packs.get(*pack).is_some_and(|p| p.active.is_none());
    let runs = if level == Some(Level::Off) {
        Runs::Never
    } else if packs.is_empty() || packs.iter().any(|p| switch(p).unwrap_or_else(|| unconditional(p))) {
        Runs::Always
    } else if packs.iter().all(|p| switch(p) == Some(false)) {
        Runs::Never
    } else {
        Runs::WherePackApplies
    };
    Row {
        id: rule.id.to_string(),
        category: rule.category.to_string(),
        severity: rule.severity,
        level,
        runs,
        packs: packs
            .iter()
            .filter_map(|p| rules.packs.get(*p))
            .map(|p| p.id.to_string())
            .collect(),
        title: rule.tail().title.clone(),
        waivable: rule.waivable,
        builtin: rule.builtin,
    }
}

/// Narrowest column for titles beside the others; where it would be narrower, each title gets a
/// line of its own.
const NARROWEST_TITLE: usize = 40;

/// The table as text of at most this width where the names of rules allow it, one block for each
/// category.
pub fn text(rows: &[Row], width: usize, lang: Lang) -> String {
    let cells = |row: &Row| {
        let level = match (row.level, row.runs) {
            (Some(Level::Off), _) | (None, Runs::Never) => lang.pick("off", "av").to_owned(),
            (Some(Level::At(level)), _) => format!("{}*", severity(level, lang)),
            (None, _) => severity(row.severity, lang).to_owned(),
        };
        let fixed = if row.waivable { "" } else { "!" };
        [
            escape(&row.id).into_owned(),
            format!("{level}{fixed}"),
            row.packs.join(" "),
        ]
    };
    let table: Vec<[String; 3]> = rows.iter().map(cells).collect();
    let widest = |column: usize| table.iter().map(|c| length(&c[column])).max().unwrap_or(0);
    let columns = [widest(0), widest(1), widest(2)];
    let before = 2 + columns.iter().map(|w| w + 2).sum::<usize>();
    let beside = width.saturating_sub(before) >= NARROWEST_TITLE;
    let mut out = String::new();
    let mut category = None;
    for (row, cells) in rows.iter().zip(&table) {
        if category != Some(&row.category) {
            if category.is_some() {
                out.push('\n');
            }
            out.push_str(&super::category(&row.category, lang));
            out.push('\n');
            category = Some(&row.category);
        }
        let title = escape(row.title.get(lang));
        let mut line = String::from("  ");
        for (cell, width) in cells.iter().zip(columns) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width + 2 - length(cell)));
        }
        if beside {
            line.push_str(&cut(&title, width - before));
        }
        out.push_str(&cut(line.trim_end(), width.max(columns[0] + columns[1] + 4)));
        out.push('\n');
        if !beside {
            out.push_str(&format!("    {}\n", cut(&title, width.saturating_sub(4))));
        }
    }
    out.push_str(lang.pick(
        "\n! can only be fixed, not waived\n* level set in the configuration\n",
        "\n! kan bare rettes, ikke fravikes\n* nivå satt i konfigurasjonen\n",
    ));
    out
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The table for programs.
#[derive(Serialize)]
struct JsonTable<'a> {
    version: u32,
    rules: Vec<JsonRule<'a>>,
}

#[derive(Serialize)]
struct JsonRule<'a> {
    id: &'a str,
    category: &'a str,
    title: JsonText<'a>,
    severity: &'a str,
    level: Option<&'a str>,
    runs: &'a str,
    waivable: bool,
    packs: &'a [String],
    builtin: bool,
}

#[derive(Serialize)]
struct JsonText<'a> {
    en: &'a str,
    nb: &'a str,
}

/// The table as JSON, version 1, ending in a line feed.
///
/// # Errors
/// When JSON cannot be written, which the types rule out.
pub fn json(rows: &[Row]) -> serde_json::Result<String> {
    let rules = rows.iter().map(|row| JsonRule {
        id: &row.id,
        category: &row.category,
        title: JsonText {
            en: &row.title.en,
            nb: &row.title.nb,
        },
        severity: row.severity.name(),
        level: row.level.map(|level| match level {
            Level::Off => "off",
            Level::At(severity) => severity.name(),
        }),
        runs: row.runs.name(),
        waivable: row.waivable,
        packs: &row.packs,
        builtin: row.builtin,
    });
    let table = JsonTable {
        version: 1,
        rules: rules.collect(),
    };
    serde_json::to_string_pretty(&table).map(|text| text + "\n")
}
