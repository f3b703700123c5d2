//! What every form says of a failing run, in the same words.

use super::super::super::printable;
use crate::report::text::{count, span};
use crate::results::baseline::Change;
use crate::results::{Finding, Run, Word};

/// Why a run failed: the first violation, expectations that were missed; a line each.
pub(super) fn reasons(finding: &Finding) -> Vec<String> {
    match finding {
        Finding::Judged(row) => {
            let violation = row
                .violation
                .iter()
                .map(|line| format!("{} at {}: {}", line.property, span(line.at_ns), line.message));
            violation.chain(row.missed.iter().cloned()).collect()
        }
        Finding::Lost { message, .. } => vec![message.clone()],
    }
}

/// The kind of failure in a word: the property that was violated first, where one was.
pub(super) fn kind(finding: &Finding) -> &str {
    match finding {
        Finding::Judged(row) => {
            row.violation.as_ref().map_or("expectation", |line| line.property.as_str())
        }
        Finding::Lost { word, .. } => match word {
            Word::Differs => "S24",
            Word::Pass | Word::Fail | Word::Bug => "panic",
        },
    }
}

/// Why a run failed, the line that makes it small, the line that makes it alone, and what these lines
/// must be run with.
pub(super) fn account(run: &Run) -> String {
    let mut lines = reasons(&run.finding);
    // It begins with the violation, which is told already.
    lines.extend(run.why.iter().skip(2).cloned());
    let alone = run.reproduce.strip_prefix("mirrorsim run ");
    if let Some(words) = alone.filter(|_| run.finding.has_violation()) {
        lines.push(format!("smallest: mirrorsim shrink {words}"));
    }
    told(run, lines)
}

/// What kind of failure it is if a run is not as it stands in the baseline.
pub(super) const BASELINE: &str = "baseline";

/// What moved, a line each.
pub(super) fn sentences(changes: &[Change]) -> Vec<String> {
    changes.iter().map(Change::sentence).collect()
}

/// These lines about a run, the line that makes it alone, and what that line must be run with.
pub(super) fn told(run: &Run, mut lines: Vec<String>) -> String {
    let (version, hash) = (env!("CARGO_PKG_VERSION"), run.finding.scenario_hash());
    lines.push(format!("reproduce: {}", run.reproduce));
    lines.push(format!("with: mirrorsim {version}, scenario {hash}"));
    printable(&lines.join("\n"))
}

/// The lines, each behind this indent.
pub(super) fn indented(lines: &str, indent: &str) -> String {
    let mut text = String::new();
    for line in lines.lines() {
        text += &format!("{indent}{line}\n");
    }
    text
}

/// A number of things: `1 seed`, `2 seeds`.
pub(super) fn several(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", count(number))
}
