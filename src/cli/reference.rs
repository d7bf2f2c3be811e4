//! What explains the program: `explain`, `rules`, `test`, `schema`, `completions`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::Shell;

use super::configuration::{self, Found as Configuration};
use super::{Common, Failure, Outcome, day, output};
use crate::lint::Linter;
use crate::text::{Lang, escape, nearest};
use crate::trial;

/// Run the examples of a folder of rules
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  tillit test policy/\n\nEvery `bad` example must give findings exactly on the lines marked `# finding`, every `good` one none."
)]
pub(super) struct TestArgs {
    /// Folder with rules of your own
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Print a schema (JSON Schema, draft 2020-12)
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tillit schema manifest > manifest.v1.schema.json")]
pub(super) struct SchemaArgs {
    /// Of which file
    #[arg(value_enum)]
    what: SchemaOf,
}

#[derive(Clone, Copy, ValueEnum)]
enum SchemaOf {
    /// A manifest, *.tillit.yaml
    Manifest,
    /// A rule
    Rule,
    /// The configuration, tillit.yaml
    Config,
    /// The JSON report
    Report,
}

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tillit completions bash > ~/.local/share/bash-completion/completions/tillit")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `tillit test`.
pub(super) fn test(args: &TestArgs, common: &Common) -> Outcome {
    let Configuration { config, .. } = configuration::load(common, std::slice::from_ref(&args.folder))?;
    let lang = common.lang(config.language);
    let files = configuration::rule_files(&args.folder, lang)?;
    if files.is_empty() {
        let folder = escape(&args.folder.to_string_lossy()).into_owned();
        return Err(Failure::say(
            lang,
            format!("no rule (*.yaml) in {folder}"),
            format!("ingen regler (*.yaml) i {folder}"),
        ));
    }
    let today = day::today(None, lang)?;
    let linter =
        Linter::for_trial(&config, &files, today, lang).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
    let (mut rules, mut examples) = (0, 0);
    let mut mistakes = Vec::new();
    for rule in linter.rules.rules.iter().filter(|r| !r.builtin) {
        rules += 1;
        match trial::run(&linter, rule) {
            Ok(count) => examples += count,
            Err(more) => mistakes.extend(more),
        }
    }
    if !mistakes.is_empty() {
        output::complain(&Failure::Mistakes(mistakes, lang), common);
        return Ok(false);
    }
    output::write(None, lang, |out| match lang {
        Lang::En => writeln!(out, "{rules} rules, {examples} examples: all give what they say"),
        Lang::Nb => writeln!(out, "{rules} regler, {examples} eksempler: alle gir det de sier"),
    })?;
    Ok(true)
}

/// Runs `tillit schema`.
pub(super) fn schema(args: &SchemaArgs) -> Outcome {
    let text = match args.what {
        SchemaOf::Manifest => crate::shape::MANIFEST_SCHEMA,
        SchemaOf::Rule => crate::rule::RULE_SCHEMA,
        SchemaOf::Config => crate::config::CONFIG_SCHEMA,
        SchemaOf::Report => crate::report::json::REPORT_SCHEMA,
    };
    output::write(None, Lang::En, |out| out.write_all(text.as_bytes()))?;
    Ok(true)
}

/// Runs `tillit completions`.
pub(super) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "tillit", &mut text);
    output::write(None, Lang::En, |out| out.write_all(&text))?;
    Ok(true)
}
#[derive(clap::Args)]
pub(super) struct ExplainArgs {}
#[derive(clap::Args)]
pub(super) struct RulesArgs {}
pub(super) fn explain(_: &ExplainArgs, _: &Common) -> Outcome {
    Ok(true)
}
pub(super) fn rules(_: &RulesArgs, _: &Common) -> Outcome {
    Ok(true)
}
