//! Records and their signatures, for people.

use std::io;

use super::{Looked, help};
use crate::agreement::Signer;
use crate::explain;
use crate::lint::Linter;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page};
use crate::signature::Side;
use crate::text::{Lang, escape, shown};

/// Writes what became of each record.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, all: &[Looked], style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(out, style, linter.lang);
    for looked in all {
        record(&mut page, linter, looked)?;
        page.blank()?;
    }
    let good = all
        .iter()
        .filter(|looked| looked.verified.is_relied_on(&linter.rules))
        .count();
    let count = match (all.len(), linter.lang) {
        (1, Lang::En) => format!("1 record, {good} signed by both sides and whole."),
        (1, Lang::Nb) => format!("1 dokument, {good} signert av begge parter og uendret."),
        (all, Lang::En) => format!("{all} records, {good} signed by both sides and whole."),
        (all, Lang::Nb) => format!("{all} dokumenter, {good} signert av begge parter og uendret."),
    };
    page.paragraph(&count)?;
    page.paragraph(linter.lang.pick(
        "What a system says today is not compared here; `tillit check` does that. A record refers to the agreement between the parties and replaces no document that the law or an agreement wants in another form.",
        "Det systemet sier i dag, sammenlignes ikke her; det gjør `tillit check`. Et slikt dokument viser til avtalen mellom partene og erstatter ikke noe dokument som lov eller avtale krever i en annen form.",
    ))
}

fn record(page: &mut Page<'_>, linter: &Linter, looked: &Looked) -> io::Result<()> {
    let lang = linter.lang;
    let file = page.paint(Ink::Bold, &escape(&looked.file));
    page.lines(&file)?;
    if let Some(agreed) = &looked.verified.agreed {
        let (name, system, date) = (shown(&agreed.record.name), shown(&agreed.record.system), agreed.date);
        let review = agreed.record.review.as_deref().map(shown);
        let text = match (review, lang) {
            (Some(review), Lang::En) => format!("{name} ({system}), agreed on {date}, to be evaluated by {review}"),
            (Some(review), Lang::Nb) => format!("{name} ({system}), avtalt {date}, skal evalueres innen {review}"),
            (None, Lang::En) => format!("{name} ({system}), agreed on {date}"),
            (None, Lang::Nb) => format!("{name} ({system}), avtalt {date}"),
        };
        page.hanging("  ", "  ", &text)?;
    }
    for signer in &looked.verified.signers {
        signed(page, signer, lang)?;
    }
    for trouble in &looked.verified.troubles {
        let severity = trouble.severity(&linter.rules);
        let head = format!("{}[{}]", explain::severity(severity, lang), trouble.rule);
        let first = format!("  {}: ", page.paint(Ink::of(severity), &head));
        page.hanging(&first, "    ", &escape(trouble.message.get(lang)))?;
        let help = escape(help(trouble, &linter.rules, lang)).into_owned();
        let first = format!("    {}: ", page.paint(Ink::Cyan, lang.pick("help", "råd")));
        page.hanging(&first, "    ", &help)?;
    }
    Ok(())
}

fn signed(page: &mut Page<'_>, signer: &Signer, lang: Lang) -> io::Result<()> {
    let who: Vec<String> = signer.signed.principals.iter().map(|name| shown(name)).collect();
    let (who, key, file) = (who.join(", "), &signer.signed.key, shown(&signer.file));
    let side = page.paint(Ink::Green, side(signer.side, lang));
    let text = match lang {
        Lang::En => format!("signed by {who} with the key {key} ({file})"),
        Lang::Nb => format!("signert av {who} med nøkkelen {key} ({file})"),
    };
    page.hanging(&format!("  {side}: "), "    ", &text)
}

fn side(side: Side, lang: Lang) -> &'static str {
    match side {
        Side::Worker => lang.pick("worker side", "arbeidstakersiden"),
        Side::Employer => lang.pick("employer", "arbeidsgiver"),
    }
}
