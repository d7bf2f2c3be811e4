//! A run with something of everything that a report can show, of few rules, so that the pages do not change
//! with every other one.

use std::sync::Arc;

use tillit::finding::{Finding, Location, POLICY_WEAKENED, Severity};
use tillit::lint::{FileReport, LeftOut, Linter, Run, Unread};
use tillit::pointer::Pointer;
use tillit::source::{SourceFile, Span};
use tillit::text::Lang;

use crate::{SMALL, TOGETHER, linter, run};

/// A waiver that both sides have signed.
const WAIVER: &str = "\
waivers:
  - rule: process-open-to-workers
    reason: The register comes in *spring*
    from: 2026-10-01
    expires: 2027-03-01
    evidence: { archive: \"2026/88-2\" }
    signatories: { employer: Kari Nordmann, workers: Ola Nordmann }
";

/// Three files with an error, a group, a warning, a note with a place in another file, a waived finding, and
/// before them all a milder policy.
pub fn example(lang: Lang) -> (&'static Linter, Run) {
    let linter = linter(lang);
    let small = format!("{SMALL}{WAIVER}");
    let mut run = run(linter, &[("shift plan.yaml", &small), TOGETHER[0], TOGETHER[1]]);
    for file in &mut run.files {
        file.findings.retain(|finding| match &*finding.rule {
            "unanswered-block" => finding.primary.pointer.to_string() == "data.inputs[0]" && finding.related.len() == 3,
            "no-off-duty-collection" | "breaks-excluded" | "invalid-manifest" | "no-shared-logins" => true,
            _ => false,
        });
    }
    let warning = &mut run.files[1].findings[0];
    warning.severity = Severity::Warning;
    let place = Location {
        label: lang.pick("the same group", "samme gruppe").to_owned(),
        ..warning.primary.clone()
    };
    let note = &mut run.files[2].findings[0];
    note.severity = Severity::Note;
    note.secondary.push(place);
    run.about = vec![milder(lang)];
    let path = ("shift plan.yaml".into(), "systems/shift plan.yaml".to_owned());
    run.paths.extend([path]);
    (linter, run)
}

/// A configuration that a change has made milder.
pub fn milder(lang: Lang) -> FileReport {
    let source = Arc::new(SourceFile::new("tillit.yaml", "fail-on: never\n"));
    let place = whole_line(&source, 0);
    let message = lang.pick("`fail-on` is lowered", "`fail-on` er senket");
    let help = lang.pick("Tell the representatives.", "Fortell de tillitsvalgte.");
    let finding = Finding::new(
        POLICY_WEAKENED,
        Severity::Warning,
        place,
        message.to_owned(),
        help.to_owned(),
    );
    FileReport::about(source, vec![finding])
}

/// What a report says of the run beside findings.
pub fn with_notes(mut run: Run) -> Run {
    run.unread.push(Unread {
        path: "closed.tillit.yaml".to_owned(),
        reason: "Permission denied".to_owned(),
    });
    run.left_out = Some(LeftOut {
        since: "main".to_owned(),
        manifests: 4,
        findings: [Severity::Error, Severity::Note].into_iter().collect(),
    });
    run.removed.push("old.tillit.yaml".to_owned());
    run
}

/// A run with so many findings in one file, a line each.
pub fn many(count: usize, severity: impl Fn(usize) -> Severity) -> Run {
    let source = Arc::new(SourceFile::new("many.yaml", "x: 1\n".repeat(count)));
    let finding = |n: usize| {
        let (message, help) = (format!("finding {n}"), "Help.".to_owned());
        Finding {
            apart: n.to_string(),
            ..Finding::new(
                "invalid-manifest",
                severity(n),
                whole_line(&source, n * 5),
                message,
                help,
            )
        }
    };
    let report = FileReport::about(Arc::clone(&source), (0..count).map(finding).collect());
    Run {
        files: vec![FileReport { manifests: 1, ..report }],
        ..Run::default()
    }
}

fn whole_line(source: &SourceFile, start: usize) -> Location {
    let length = source.text()[start..].lines().next().map_or(0, str::len);
    let span = Span::new(start, start + length);
    Location {
        file: Arc::clone(source.name()),
        pointer: Pointer::default(),
        span,
        start: source.position(span.start),
        end: source.position(span.end),
        label: String::new(),
        above: None,
    }
}
