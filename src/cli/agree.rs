//! `tillit agree`: writes the record of an agreement, for both sides to sign.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::configuration::{self, Found as Configuration};
use super::reports::file_of;
use super::{Common, Failure, Outcome, day, files, output};
use crate::agreement::{Content, FOLDER, Kept, LARGEST, Record, verify};
use crate::discover::{plain, shown};
use crate::lint::Linter;
use crate::schema::Manifest;
use crate::source::SourceFile;
use crate::text::{Lang, escape, for_shell, for_yaml, shown as shown_value};
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
    refuse_unclear(&record, &linter)?;
    refuse_unreadable(&record, &text, &linter)?;
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
        output::unread(&name, &reason, lang)
    })?;
    let word = for_shell(&name);
    let unfit = || {
        Failure::say(
            lang,
            format!(
                "{name} has mistakes of form, so it is not clear what would be agreed; `tillit check {word}` shows them"
            ),
            format!(
                "{name} har feil i formen, så det er ikke klart hva som ville bli avtalt. `tillit check {word}` viser dem"
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
    if records.is_empty() {
        return Err(unfit());
    }
    let ids = records.iter().map(|record| shown_value(&record.system));
    let ids = ids.collect::<Vec<_>>().join(", ");
    if let Some(id) = &args.system {
        records.retain(|record| record.system == *id);
    }
    let Some(record) = records.pop() else {
        let id = args.system.as_deref().map(shown_value).unwrap_or_default();
        return Err(Failure::say(
            lang,
            format!("there is no system `{id}` in {name}; there is: {ids}"),
            format!("det finnes ikke noe system `{id}` i {name}. Der finnes: {ids}"),
        ));
    };
    match records.iter().all(|other| other.system == record.system) {
        true if records.is_empty() => Ok(record),
        true => {
            let (id, count) = (shown_value(&record.system), records.len() + 1);
            Err(Failure::say(
                lang,
                format!(
                    "{count} systems in {name} have the id `{id}`, so it is not clear which is meant; give each its own"
                ),
                format!(
                    "{count} systemer i {name} har id-en `{id}`, så det er ikke klart hvilket det gjelder. Gi hvert sin egen"
                ),
            ))
        }
        false => Err(Failure::say(
            lang,
            format!("{name} describes several systems ({ids}); name one with --system"),
            format!("{name} beskriver flere systemer ({ids}). Oppgi ett med --system"),
        )),
    }
}

/// Items that cannot be told apart could change places unseen.
fn refuse_unclear(record: &Record, linter: &Linter) -> Result<(), Failure> {
    let content = Content::parse(&record.content).unwrap_or_default();
    match content.unclear_list(&linter.rules.shape) {
        None => Ok(()),
        Some(list) => Err(Failure::say(
            linter.lang,
            format!(
                "the items of `{list}` cannot be told apart, so it is not clear what would be agreed about which; give each a name of its own"
            ),
            format!(
                "oppføringene i `{list}` kan ikke skilles fra hverandre, så det er ikke klart hva som ville bli avtalt om hvilken. Gi hver av dem sitt eget navn"
            ),
        )),
    }
}

/// What would not be read again cannot be relied on, whoever signs it.
fn refuse_unreadable(record: &Record, text: &str, linter: &Linter) -> Result<(), Failure> {
    let lang = linter.lang;
    let reason = if text.len() > LARGEST {
        lang.pick("the record is larger than 1 MiB", "dokumentet er større enn 1 MiB")
            .to_owned()
    } else {
        let kept = Kept {
            bytes: text.as_bytes().to_vec(),
            signatures: Vec::new(),
        };
        let verified = verify(&file_name(record), &kept, &[], &linter.rules, linter.today);
        match (verified.agreed, verified.troubles.first()) {
            (None, Some(trouble)) => trouble.message.get(lang).to_owned(),
            _ => return Ok(()),
        }
    };
    Err(Failure::say(
        lang,
        format!(
            "nothing was written, since `tillit verify` and `tillit check` could not read it: {reason}. Say it in shorter names and lists, or describe the parts of the system as systems of their own"
        ),
        format!(
            "ingenting er skrevet, for `tillit verify` og `tillit check` kunne ikke lest det: {reason}. Bruk kortere navn og lister, eller beskriv delene av systemet som egne systemer"
        ),
    ))
}

fn file_name(record: &Record) -> String {
    format!("{}-{}.yaml", record.system, record.date)
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
    Ok(folder.join(file_name(record)))
}

/// The way from the folder of a manifest to a file, as the manifest names it.
fn from_folder_of(manifest: &Path, file: &Path) -> String {
    let (manifest, file) = (plain(manifest), plain(file));
    let folder: Vec<Component<'_>> = manifest.parent().into_iter().flat_map(Path::components).collect();
    let common = folder.iter().zip(file.components()).take_while(|(a, b)| **a == *b);
    let common = common.count();
    let up = folder.iter().skip(common).map(|_| Component::ParentDir);
    shown(&up.chain(file.components().skip(common)).collect::<PathBuf>())
}

fn say_what_is_next(args: &Args, file: &Path, name: &str, lang: Lang) {
    let inside = escape(&from_folder_of(&args.manifest, file)).into_owned();
    let inside = for_yaml(&inside);
    let word = for_shell(name);
    let sign = |side: &str| {
        let signature = format!("{name}.{side}.sig");
        format!(
            "ssh-keygen -Y sign -n {} -f KEY < {word} > {}",
            crate::signature::NAMESPACE,
            for_shell(&signature)
        )
    };
    let lines = match lang {
        Lang::En => [
            format!("wrote {name}; next, read its summary together"),
            format!("name it in the manifest, under codetermination: agreement: {{ file: {inside} }}"),
            format!("the worker side signs: {}", sign("worker")),
            format!("the employer signs: {}", sign("employer")),
            format!("then: tillit verify {word}"),
        ],
        Lang::Nb => [
            format!("skrev {name}. Neste: les sammendraget sammen"),
            format!("vis til den i manifestet, under codetermination: agreement: {{ file: {inside} }}"),
            format!("arbeidstakersiden signerer: {}", sign("worker")),
            format!("arbeidsgiver signerer: {}", sign("employer")),
            format!("deretter: tillit verify {word}"),
        ],
    };
    lines.iter().for_each(|line| output::note(line));
}
