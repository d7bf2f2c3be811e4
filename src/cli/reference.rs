//! What explains the program: `explain`, `rules`, `test`, `schema`, `completions`.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::Shell;

use super::configuration::{self, Found as Configuration};
use super::{Common, Failure, Format, Outcome, day, output};
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
    /// The baseline, tillit-baseline.json
    Baseline,
    /// The record of an agreement
    Agreement,
    /// What `tillit verify` says, as JSON
    Verify,
    /// What differs between systems, as JSON
    Diff,
    /// The list of what falls due, as JSON
    Due,
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
            format!("no rule (*.yaml or *.yml) in {folder}"),
            format!("ingen regler (*.yaml eller *.yml) i {folder}"),
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
        output::show_mistakes(&mistakes, lang, common);
        return Ok(false);
    }
    output::write(None, lang, |out| match lang {
        Lang::En => writeln!(out, "rules: {rules}, examples: {examples}; all give what they say"),
        Lang::Nb => writeln!(out, "regler: {rules}, eksempler: {examples}; alle gir det de sier"),
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
        SchemaOf::Baseline => crate::suppress::BASELINE_SCHEMA,
        SchemaOf::Agreement => crate::agreement::AGREEMENT_SCHEMA,
        SchemaOf::Verify => crate::report::verify::json::VERIFY_SCHEMA,
        SchemaOf::Diff => crate::report::diff::json::DIFF_SCHEMA,
        SchemaOf::Due => crate::report::due::json::DUE_SCHEMA,
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

/// Explain a rule: what it looks for, why, the clauses, and how to fix it
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit explain no-covert-monitoring\n  tillit explain no-covert-monitoring --lang nb"
)]
pub(super) struct ExplainArgs {
    /// Id of the rule; `tillit rules` lists them
    #[arg(value_name = "RULE")]
    rule: String,
}

/// List the rules
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  tillit rules\n  tillit rules --pack no\n  tillit rules --format json")]
pub(super) struct RulesArgs {
    /// Only the rules of these packs
    #[arg(long, value_name = "PACK", value_delimiter = ',')]
    pack: Vec<String>,
    /// Form of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Runs `tillit explain`.
pub(super) fn explain(args: &ExplainArgs, common: &Common) -> Outcome {
    let (linter, lang) = linter_here(common)?;
    let rules = &linter.rules;
    let Some(number) = rules.find(&args.rule) else {
        let name = escape(&args.rule).into_owned();
        let near = nearest(&args.rule, rules.rules.iter().map(|r| &*r.id));
        return Err(Failure::say(
            lang,
            match near {
                Some(near) => format!("unknown rule `{name}`; did you mean `{near}`?"),
                None => format!("unknown rule `{name}`; `tillit rules` lists them"),
            },
            match near {
                Some(near) => format!("ukjent regel `{name}`; mente du `{near}`?"),
                None => format!("ukjent regel `{name}`. `tillit rules` viser reglene"),
            },
        ));
    };
    let page = crate::explain::page(&linter, &rules.rules[number], lang);
    output::write(None, lang, |out| {
        out.write_all(crate::explain::markdown(&page).as_bytes())
    })?;
    Ok(true)
}

/// Runs `tillit rules`.
pub(super) fn rules(args: &RulesArgs, common: &Common) -> Outcome {
    let (Linter { rules, .. }, lang) = linter_here(common)?;
    for pack in &args.pack {
        super::packs::known_pack("--pack", pack, lang)?;
    }
    let mut rows = crate::explain::catalogue::table(&rules);
    rows.retain(|row| args.pack.is_empty() || row.packs.iter().any(|p| args.pack.contains(p)));
    let width = common.style(io::stdout().is_terminal(), false).width;
    output::write(None, lang, |out| match args.format {
        Format::Text => out.write_all(crate::explain::catalogue::text(&rows, width, lang).as_bytes()),
        Format::Json => {
            let json = crate::explain::catalogue::json(&rows).map_err(io::Error::other)?;
            writeln!(out, "{json}")
        }
    })?;
    Ok(true)
}

/// The rules as the configuration here has them.
fn linter_here(common: &Common) -> Result<(Linter, Lang), Failure> {
    let Configuration { config, rules, .. } = configuration::load(common, &[PathBuf::from(".")])?;
    let lang = common.lang(config.language);
    let today = day::today(None, lang)?;
    let linter = Linter::new(&config, &rules, today, lang).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
    Ok((linter, lang))
}
