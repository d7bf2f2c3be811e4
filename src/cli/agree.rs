//! `tillit agree`: writes the record of an agreement, for both sides to sign.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::configuration::{self, Found as Configuration};
use super::reports::file_of;
use super::{Common, Failure, Outcome, day, files, output};
use crate::agreement::{Content, FOLDER, Record};
use crate::discover::shown;
use crate::lint::Linter;
use crate::schema::Manifest;
use crate::source::SourceFile;
use crate::text::{Lang, escape, shown as shown_value};
use crate::yaml::Documents;

/// Write the record of an agreement: what is material in a manifest, for both sides to sign
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit agree planner.tillit.yaml\n  tillit agree planner.tillit.yaml --date 2026-11-02\n  tillit agree systems.tillit.yaml --system planner\n\nThe record refers to the agreement between the parties and replaces no document that the law or an\nagreement wants in another form. Exit codes: 0 written, 2 not written."
)]
pub(super) struct Args {
    /// The manifest
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Id of the system, where the file holds several
    #[arg(long, value_name = "ID")]
    system: Option<String>,
    /// Day of the agreement, as 2026-12-01 [default: today]
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    date: Option<Date>,
    /// Day of the run [default: SOURCE_DATE_EPOCH, then the clock, in UTC]
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    today: Option<Date>,
    /// File to write [default: agreements/ID-DATE.yaml beside the manifest]; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `tillit agree`.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    let Configuration { config, rules, .. } = configuration::load(common, std::slice::from_ref(&args.manifest))?;
    let lang = common.lang(config.language);
    let today = day::today(args.today, lang)?;
    let linter = Linter::new(&config, &rules, today, lang).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
    let date = args.date.unwrap_or(today);
    if date > today {
        return Err(Failure::say(
            lang,
            format!("{date} lies ahead; a record is of what has been agreed"),
            format!("{date} er ikke kommet ennå. Dokumentet gjelder det som er avtalt"),
        ));
    }
    let record = record(args, &linter, date)?;
    let text = record.text().map_err(|error| {
        Failure::say(
            lang,
            format!("cannot write YAML: {error}"),
            format!("kan ikke skrive YAML: {error}"),
        )
    })?;
    let file = match &args.output {
        Some(path) => file_of(path),
        None => Some(place(&args.manifest, &record, lang)?),
    };
    let Some(file) = file else {
        output::write(None, lang, |out| out.write_all(text.as_bytes()))?;
        return Ok(true);
    };
    let name = escape(&shown(&file)).into_owned();
    if file.symlink_metadata().is_ok() {
        return Err(Failure::say(
            lang,
            format!(
                "{name} is there already and may be signed; remove it if it is not, or give the new agreement another --date or --output"
            ),
            format!(
                "{name} finnes allerede og kan være signert. Fjern den hvis den ikke er det, eller gi den nye avtalen en annen --date eller --output"
            ),
        ));
    }
    output::write(Some(&file), lang, |out| out.write_all(text.as_bytes()))?;
    say_what_is_next(args, &file, &name, lang);
    Ok(true)
}

/// The record of the one system in the file, or of the one that was named.
fn record(args: &Args, linter: &Linter, date: Date) -> Result<Record, Failure> {
    let lang = linter.lang;
    let name = escape(&shown(&args.manifest)).into_owned();
    let bytes = files::read(&args.manifest, linter.limits.bytes).map_err(|error| {
        let reason = output::reason(&error, lang);
        Failure::say(
            lang,
            format!("cannot read {name}: {reason}"),
            format!("kan ikke lese {name}: {reason}"),
        )
    })?;
    let unfit = || {
        Failure::say(
            lang,
            format!(
                "{name} has mistakes of form, so it is not clear what would be agreed; `tillit check {name}` shows them"
            ),
            format!(
                "{name} har feil i formen, så det er ikke klart hva som ville bli avtalt. `tillit check {name}` viser dem"
            ),
        )
    };
    let source = Arc::new(SourceFile::from_bytes(name.as_str(), bytes).map_err(|_| unfit())?);
    let rules = &linter.rules;
    let mut records = Vec::new();
    for document in Documents::new(source.text(), linter.limits, false) {
        let manifest = Manifest::read(&document, &rules.shape, &rules.vocabularies, true);
        if document.broken || !document.problems.is_empty() || !manifest.problems.is_empty() {
            return Err(unfit());
        }
        records.extend(Record::of(&manifest, &rules.vocabularies, date));
    }
    let ids = records.iter().map(|record| shown_value(&record.system));
    let ids = ids.collect::<Vec<_>>().join(", ");
    if let Some(id) = &args.system {
        records.retain(|record| record.system == *id);
    }
    match (records.len(), records.pop()) {
        (1, Some(record)) => {
            let content = Content::parse(&record.content).unwrap_or_default();
            match content.unclear_list(&rules.shape) {
                None => Ok(record),
                Some(list) => Err(Failure::say(
                    lang,
                    format!(
                        "the items of `{list}` cannot be told apart, so it is not clear what would be agreed about which; give each a name of its own"
                    ),
                    format!(
                        "oppføringene i `{list}` kan ikke skilles fra hverandre, så det er ikke klart hva som ville bli avtalt om hvilken. Gi hver av dem sitt eget navn"
                    ),
                )),
            }
        }
        (0, _) => Err(match &args.system {
            Some(id) => Failure::say(
                lang,
                format!("there is no system `{}` in {name}; there is: {ids}", shown_value(id)),
                format!(
                    "det finnes ikke noe system `{}` i {name}. Der finnes: {ids}",
                    shown_value(id)
                ),
            ),
            None => unfit(),
        }),
        _ if args.system.is_some() => Err(unfit()),
        _ => Err(Failure::say(
            lang,
            format!("{name} describes several systems ({ids}); name one with --system"),
            format!("{name} beskriver flere systemer ({ids}). Oppgi ett med --system"),
        )),
    }
}

/// `agreements/ID-DATE.yaml` beside the manifest. The folder is made, and is no link.
fn place(manifest: &Path, record: &Record, lang: Lang) -> Result<PathBuf, Failure> {
    let folder = manifest.parent().unwrap_or(Path::new("")).join(FOLDER);
    let name = escape(&shown(&folder)).into_owned();
    if folder.is_symlink() {
        return Err(Failure::say(
            lang,
            format!("{name} is a link; records lie in a folder of the repository itself"),
            format!("{name} er en lenke. Dokumentene skal ligge i en mappe i selve kodelageret"),
        ));
    }
    std::fs::create_dir_all(&folder).map_err(|error| {
        let reason = output::reason(&error, lang);
        Failure::say(
            lang,
            format!("cannot make the folder {name}: {reason}"),
            format!("kan ikke lage mappen {name}: {reason}"),
        )
    })?;
    Ok(folder.join(format!("{}-{}.yaml", record.system, record.date)))
}

fn say_what_is_next(args: &Args, file: &Path, name: &str, lang: Lang) {
    let beside = args.manifest.parent().and_then(|folder| file.strip_prefix(folder).ok());
    let inside = escape(&shown(beside.unwrap_or(file))).into_owned();
    let sign = |side: &str| {
        format!(
            "ssh-keygen -Y sign -n {} -f KEY < {name} > {name}.{side}.sig",
            crate::signature::NAMESPACE
        )
    };
    let lines = match lang {
        Lang::En => [
            format!("wrote {name}; next, read its summary together"),
            format!("name it in the manifest, under codetermination: agreement: {{ file: {inside} }}"),
            format!("the worker side signs: {}", sign("worker")),
            format!("the employer signs: {}", sign("employer")),
            format!("then: tillit verify {name}"),
        ],
        Lang::Nb => [
            format!("skrev {name}. Neste: les sammendraget sammen"),
            format!("vis til den i manifestet, under codetermination: agreement: {{ file: {inside} }}"),
            format!("arbeidstakersiden signerer: {}", sign("worker")),
            format!("arbeidsgiver signerer: {}", sign("employer")),
            format!("deretter: tillit verify {name}"),
        ],
    };
    lines.iter().for_each(|line| output::note(line));
}
