//! Manifests to measure with: about 4.5 KB each, all different, the same on every run.
//!
//! A manifest is exemplary, so that no rule finds anything in it, until a [`Fault`] is
//! put in. `tests/corpus.rs` holds both.

use std::fmt::Write as _;

/// One change to an exemplary manifest, and the rule that finds it.
pub struct Fault {
    /// The rule that must find it.
    pub rule: &'static str,
    /// What stands in the exemplary manifest.
    from: &'static str,
    /// What stands there instead.
    to: &'static str,
}

/// The faults. None touches what another one reads, so that several fit in one manifest.
pub static FAULTS: &[Fault] = &[
    Fault {
        rule: "no-shared-logins",
        from: "shared_accounts: false",
        to: "shared_accounts: true",
    },
    Fault {
        rule: "private-account-use",
        from: "account: employer",
        to: "account: private",
    },
    Fault {
        rule: "retention-defined",
        from: "retention: 6 months",
        to: "retention: unspecified",
    },
    Fault {
        rule: "processing-record",
        from: "processing_record:",
        to: "x-processing_record:",
    },
    Fault {
        rule: "consultation-early-enough",
        from: "documents_sent: 2025-01-12",
        to: "documents_sent: 2025-12-12",
    },
    Fault {
        rule: "supplier-no-reuse",
        from: "reuse: false",
        to: "reuse: true",
    },
    Fault {
        rule: "accountable-owner-named",
        from: "role: Head of",
        to: "x-role: Head of",
    },
    Fault {
        rule: "unknown-reference",
        from: "purposes: [planning]",
        to: "purposes: [planing]",
    },
    Fault {
        rule: "invalid-manifest",
        from: "channel: Unit meeting",
        to: "chanel: Unit meeting",
    },
];

/// A manifest with what was put in it.
pub struct Made {
    /// The YAML text.
    pub text: String,
    /// The rules that must find something, one for each fault.
    pub rules: Vec<&'static str>,
}

/// Which manifests of a corpus have faults, and how many.
#[derive(Clone, Copy)]
pub enum Faults {
    /// None has any.
    None,
    /// Every fifth has one.
    EveryFifth,
    /// Every one has five.
    FiveEach,
}

/// The manifest with this number.
pub fn make(number: usize, faults: Faults) -> Made {
    let mut dice = Dice(number as u64);
    let mut text = exemplary(number, &mut dice);
    let count = match faults {
        Faults::None => 0,
        Faults::EveryFifth => usize::from(number % 5 == 4),
        Faults::FiveEach => 5,
    };
    let first = dice.roll(FAULTS.len());
    let mut rules = Vec::new();
    for fault in FAULTS.iter().cycle().skip(first).take(count) {
        text = text.replacen(fault.from, fault.to, 1);
        rules.push(fault.rule);
    }
    Made { text, rules }
}

/// Numbers that look random and are the same on every machine (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

fn exemplary(number: usize, dice: &mut Dice) -> String {
    let unit = dice.pick(&["logistics", "retail", "nursing", "production", "support", "finance"]);
    let count = 8 + dice.roll(900);
    let month = 1 + dice.roll(9);
    let archive = format!("2026/{}", 100 + dice.roll(900));
    let mut out = format!(
        "\
# Keep it in step with the agreement.
tillit: 1

system:
  id: {unit}-planner-{number}
  name: Shift planner of {unit} unit {number}
  description: >-
    Proposes shifts for {unit}. The manager of the unit approves each plan,
    and everyone can ask for another one.
  version: \"{}.{}\"
  status: deployed
  affects_workers: true
  jurisdictions: [\"NO\"]

employer:
  name: Eksempel {unit} AS
  employees: {}

purposes:
  - id: planning
    area: scheduling
    description: Right qualifications, fair weekends
    legal_basis: contract
    basis_record: {{ archive: \"{archive}-1\" }}
    told: true

subjects:
  groups:
    - {{ id: staff, name: Staff of {unit} unit {number}, type: employees, count: {count} }}

data:
  inputs:
",
        1 + dice.roll(8),
        dice.roll(20),
        count + 5 + dice.roll(500),
    );
    for (id, category, necessity) in [
        ("availability", "shift-availability", "When people can work"),
        ("qualifications", "qualifications", "Tasks for trained people"),
    ] {
        let _ = write!(
            out,
            "    - id: {id}
      category: {category}
      source: worker
      purposes: [planning]
      necessity: {necessity}
      identifiable: true
      employer_access: true
      manager_access: false
      mode: manual-entry
      account: employer
      access_roles: [planner of {unit}]
      retention: 6 months
      in_notice: true
"
        );
    }
    let _ = write!(
        out,
        "
training:
  uses_worker_data: false

decisions:
  - id: plan
    purpose: planning
    effect: informative
    autonomy: human-approve
    accountable_role: Manager of {unit}
    counts_absences: false
    told_how_to_contest: true
    explanation: [role-of-ai, main-factors, data-used, how-to-ask]

codetermination:
  parties:
    - {{ id: club, type: tillitsvalgt, name: Club of {unit}, role: Speaks for the members, mandate: discuss }}
  steps:
    - id: discussion
      type: discussion
      phase: procurement
      date: 2025-0{month}-25
      documents_sent: 2025-01-12
      parties: [tillitsvalgt, employer]
      worker_positions: [Weekends must be shared fairly]
      employer_reply: Agreed; it is a setting of the planner # and it is tested
      outcome: agreed
      evidence: {{ archive: \"{archive}-7\" }}
    - {{ type: information, phase: introduction, date: 2026-01-08, parties: [tillitsvalgt], evidence: {{ archive: \"{archive}-8\" }} }}
  body: {{ name: AI committee, worker_members: {}, interval: 3 months, designed_with: [tillitsvalgt] }}
  evaluation: {{ interval: 1 year, next: 2027-04-15, with: [tillitsvalgt, employer] }}
  support: {{ training: true, paid_time: true, expert: true, expert_paid_by: employer }}

information:
  groups:
    - {{ group: staff, date: 2025-1{}-20, channel: Unit meeting, language: Norwegian }}
  content: [controller, basis, recipients, retention, rights]

rights:
  access_inputs: self-service
  contest: Write to the manager of {unit}
  response_time: 2 weeks
  erasure: On leaving; hours stay five years, as the law asks
  collective_access: The figures of each quarter

ownership:
  terms: [no-sale, export, delete-or-return, no-supplier-claim]

accountability:
  owner:
    role: Head of {unit}
    contact: {unit}.{number}@example.org
  controller: Eksempel {unit} AS
  processing_record: {{ archive: \"{archive}-5\" }}
  split:
    - {{ task: data-quality, responsible: employer }}
    - {{ task: model-change, responsible: supplier }}
    - {{ task: incident, responsible: joint }}
    - {{ task: explanation, responsible: employer }}
    - {{ task: deletion, responsible: employer }}

suppliers:
  - name: Supplier {}
    country: \"NO\"
    role: processor
    processes_personal_data: true
    contract: {{ archive: \"{archive}-6\" }}
    subprocessors: []
    subprocessors_declared: true
    capabilities: [search]
    reuse: false

security:
  measures: [encryption, backups] # yearly test
  shared_accounts: false
  access_logged: true
  breach_contact: it@example.org

design: {{ minimal_by_default: true, measures: [planner sees only the own unit] }}

assessments:
  worker_impact:
    date: 2025-10-20
    topics: [jobs, tasks, autonomy, workload, health, privacy, skills, pay]
    with: [tillitsvalgt, employer]
  hse: {{ status: done, date: 2025-10-22 }}

impact:
  benefit: Plans that hold
  individuals: Shifts known two weeks ahead
  undertaking: Fewer vacant shifts
  society: None known
  work_organisation: No change in staffing

governance:
  ethics_guidelines: {{ url: https://example.org/guidelines }}
  adopted_by: [tillitsvalgt, employer]
  base: Guidelines for trustworthy AI

transparency:
  register: {{ url: https://example.org/systems/{number} }}

confirmations:
  - {{ by: tillitsvalgt, position: confirm }}

lifecycle:
  procurement_decision: 2025-11-01
  deploy_date: 2026-01-15
  staff_training:
    - {{ group: users, date: 2026-01-05 }}
    - {{ group: overseers, date: 2026-01-05 }}
    - {{ group: affected-workers, date: 2026-01-06 }}
  follow_up: {{ indicators: [changed plans], owner: Manager of {unit}, threshold: 5%, channel: Unit meeting }}
",
        1 + dice.roll(4),
        dice.roll(2),
        dice.roll(90),
    );
    out
}
