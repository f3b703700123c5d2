//! Violations that show at the rule itself: the facts that led there are all there is to say.

use super::super::rule::Rule;
use super::super::words;
use super::super::{Account, Line};
use super::Evidence;
use crate::facts::{Fact, Spot, What};
use crate::protocol::Note;

/// A violation that shows at the rule itself.
struct Row {
    property: &'static str,
    /// `None`: any kind.
    kind: Option<&'static str>,
    rule: Rule,
    /// What was done.
    happened: &'static str,
    /// What the rule asks for.
    expected: &'static str,
}

const fn row(
    (property, kind): (&'static str, Option<&'static str>),
    rule: Rule,
    happened: &'static str,
    expected: &'static str,
) -> Row {
    Row { property, kind, rule, happened, expected }
}

/// The first that goes with a violation counts.
const ROWS: &[Row] = &[
    row(
        ("S1a", Some("flush_early")),
        Rule::AnswerFlush,
        "the flush is answered before a write that it covers",
        "the answer once earlier writes have theirs",
    ),
    row(
        ("S1a", None),
        Rule::PackTransfer,
        "a transfer carries something else than the log",
        "each entry once, with its bytes",
    ),
    row(
        ("S2", None),
        Rule::AnnounceCp,
        "the consistency point ends elsewhere than its entries",
        "exactly the entries of its half",
    ),
    row(
        ("S3", None),
        Rule::CommitAtomic,
        "pages of a CP that was not committed are in the image",
        "the image of the last commit, every byte",
    ),
    row(("S4", None), Rule::NumberCp, "a number is skipped or taken twice", "the next number"),
    row(
        ("S7", None),
        Rule::AnnounceCp,
        "CP_BEGIN names other transfers or entries than were sent",
        "the transfers and the last entry of its half",
    ),
    row(
        ("S10", None),
        Rule::LogRequest,
        "something is logged or answered that nobody waits for",
        "one entry, or answer, for each request that waits",
    ),
    row(
        ("S15", None),
        Rule::AskWitness,
        "a side is promoted that the witness did not choose",
        "one side at a time, and by a grant",
    ),
    row(
        ("S16", None),
        Rule::ListDiverged,
        "a block that was changed alone is passed over",
        "every block that was changed alone",
    ),
    row(
        ("S17", None),
        Rule::HoldStrict,
        "a write is answered that the destination lacks",
        "no answer until the mirror is in sync again",
    ),
    row(
        ("S19", Some("unnoticed")),
        Rule::CheckLog,
        "what was read is taken as it is",
        "the check fails, and a NAK goes",
    ),
    row(
        ("S19", None),
        Rule::CheckDisk,
        "destroyed bytes leave the medium",
        "an error: no bytes are better than wrong ones",
    ),
    row(
        ("S20", None),
        Rule::DeclareLoss,
        "the source begins its life with an empty log",
        "declared and fenced, never taken for an empty log",
    ),
    row(
        ("S21", None),
        Rule::KeepBound,
        "more is taken than the bound allows",
        "the write waits, and a consistency point begins",
    ),
    row(
        ("S22", None),
        Rule::ServeRead,
        "the read returns what the volume held earlier",
        "the newest write that was logged",
    ),
    row(("S23", None), Rule::AddUp, "bytes are counted wrongly", "the bytes of each message, once"),
];

/// Where no row goes with a violation.
const OTHER: Row = row(
    ("", None),
    Rule::Finish,
    "the run does not come to its end",
    "the run goes on until everything is done",
);

/// The account of any other violation.
pub(super) fn account(evidence: Evidence) -> Account {
    let (property, kind) = evidence.kind();
    let goes = |row: &&Row| row.property == property && row.kind.is_none_or(|of| of == kind);
    let row = ROWS.iter().find(goes).unwrap_or(&OTHER);
    Account {
        lines: around(evidence, row.rule),
        happened: row.happened.to_owned(),
        expected: row.expected.to_owned(),
        rule: match row.rule {
            // Damage on the volume disks is noticed by another check than in the log.
            Rule::CheckLog if evidence.subject.block.is_some() => Rule::CheckDisk,
            rule => rule,
        },
    }
}

/// What of the kind that the rule is about happened last.
fn around(evidence: Evidence, rule: Rule) -> Vec<Line> {
    let Evidence { history, subject, .. } = evidence;
    let concerns = |fact: &&Fact| match &fact.what {
        What::Crashed(_) | What::Restarted(_) | What::FaultBegan(_) => true,
        What::Noted(_, Note::CpStarted(cp, _)) | What::Committed(_, cp, _) => {
            subject.cp != Some(*cp)
                && matches!(rule, Rule::NumberCp | Rule::KeepBound | Rule::CommitAtomic)
        }
        What::Spoiled(_, Spot::Volume(address)) => subject.block == Some(*address),
        What::Spoiled(_, Spot::Log(file, ..)) => subject.file == Some(*file),
        _ => false,
    };
    let told = history.before().iter().filter(concerns);
    let told = told.filter_map(|fact| words::of(fact).map(|text| Line::of(fact, text)));
    let mut lines: Vec<_> = told.collect();
    let skipped = lines.len().saturating_sub(4);
    lines.drain(..skipped);
    lines
}
