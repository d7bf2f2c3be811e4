//! Packs that options name.

use std::sync::Arc;

use super::Failure;
use crate::config::Config;
use crate::ruleset::pack_names;
use crate::source::SourceFile;
use crate::text::{Lang, escape, nearest};

/// Whether a pack that an option names is known.
pub(super) fn known_pack(option: &str, pack: &str, lang: Lang) -> Result<(), Failure> {
    let known = pack_names();
    if known.iter().any(|name| name == pack) {
        return Ok(());
    }
    let near = nearest(pack, known.iter().map(String::as_str)).map_or(String::new(), |near| match lang {
        Lang::En => format!(" Did you mean `{near}`?"),
        Lang::Nb => format!(" Mente du `{near}`?"),
    });
    let (name, list) = (escape(pack).into_owned(), known.join(", "));
    Err(Failure::say(
        lang,
        format!("{option}: unknown pack `{name}`.{near} Known: {list}"),
        format!("{option}: ukjent pakke `{name}`.{near} Kjente: {list}"),
    ))
}

/// `--packs`: exactly these are on.
pub(super) fn choose_packs(config: &mut Config, packs: &[String], lang: Lang) -> Result<(), Failure> {
    if packs.is_empty() {
        return Ok(());
    }
    for pack in packs {
        known_pack("--packs", pack, lang)?;
    }
    let known = pack_names();
    config.packs = known
        .iter()
        .map(|name| (name.clone(), packs.contains(name), crate::source::Span::default()))
        .collect();
    // The switches need a file to point at only when a name is unknown, which was ruled out above.
    config
        .source
        .get_or_insert_with(|| Arc::new(SourceFile::new("--packs", "")));
    Ok(())
}
