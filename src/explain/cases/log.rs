//! The logs: halves and files freed, entries replayed or not by a failover.

use super::super::history::History;
use super::super::rule::Rule;
use super::super::{Account, Line};
use super::Evidence;
use crate::facts::{Fact, Role, What};
use crate::protocol::{CpId, LogFile, Lsn, Part, TransferHeader};
use std::collections::BTreeSet;

/// The account of a log that was freed or replayed wrongly.
pub(super) fn account(evidence: Evidence) -> Option<Account> {
    let entry = evidence.subject.entry;
    match evidence.kind() {
        ("S8", "log_freed_early" | "log_overwritten") => {
            Some(file_freed(evidence, evidence.subject.file?))
        }
        ("S8", _) => Some(half_freed(evidence)),
        ("S1", _) => lost(evidence, entry?),
        ("S9", _) => {
            let happened = format!("{} is replayed before its predecessor", entry?);
            Some(replayed(
                evidence,
                happened,
                "the end of the replay, or its predecessor first",
                Rule::ReplayOrder,
            ))
        }
        ("S13" | "S10", "older_over_newer" | "phantom_replayed") => {
            let happened = format!("{} is replayed, which the image holds already", entry?);
            Some(replayed(
                evidence,
                happened,
                "entries after the commit record's last only",
                Rule::ReplayNewer,
            ))
        }
        ("S11", _) => {
            let happened = format!("{} is not taken again after the crash", entry?);
            Some(replayed(
                evidence,
                happened,
                "all that was not committed, again",
                Rule::ReplayAgain,
            ))
        }
        _ => None,
    }
}

/// A file was freed, or written over, while its entries are needed.
fn file_freed(evidence: Evidence, file: LogFile) -> Account {
    let history = evidence.history;
    let freed = |fact: &Fact| matches!(fact.what, What::LogFreed(_, of) if of == file);
    let held = held_in(history, file);
    let cps: BTreeSet<CpId> = held.iter().map(|(_, header)| header.cp).collect();
    let mut lines: Vec<_> = cps.iter().filter_map(|cp| put(&held, *cp, file)).collect();
    lines.extend(flushed(history));
    let verb = if history.last().is_some_and(freed) { "freed" } else { "written over" };
    if cps.len() > 1 {
        let names: Vec<_> = cps.iter().map(ToString::to_string).collect();
        let happened = format!("file {file} holds {} when it is {verb}", names.join(" and "));
        let expected = "each transfer in the file of its header's CP".to_owned();
        return Account { lines, happened, expected, rule: Rule::SwitchLog };
    }
    let happened = format!("file {file} is {verb} while its entries are needed");
    let expected = "kept until they are committed, and flushed after".to_owned();
    Account { lines, happened, expected, rule: Rule::FreeLog }
}

/// What was put into a file since it was freed last, before the violation.
fn held_in(history: &History, file: LogFile) -> Vec<(&Fact, TransferHeader)> {
    let before = history.before().split_last().map_or(&[][..], |(_, before)| before);
    let since = before
        .iter()
        .rev()
        .take_while(|fact| !matches!(fact.what, What::LogFreed(_, freed) if freed == file));
    let mut held: Vec<_> = since
        .filter_map(|fact| match &fact.what {
            What::LogWriteAsked(_, of, _, _, header) if *of == file => Some((fact, *header)),
            _ => None,
        })
        .collect();
    held.reverse();
    held
}

/// The first transfer of a CP that went to the file, and how many did.
fn put(held: &[(&Fact, TransferHeader)], cp: CpId, file: LogFile) -> Option<Line> {
    let of_cp: Vec<_> = held.iter().filter(|(_, header)| header.cp == cp).collect();
    let (fact, header) = of_cp.first()?;
    let text = format!(
        "transfer {} of {cp}, the first of {}, goes to NVLog file {file}",
        header.id,
        of_cp.len()
    );
    Some(Line::of(fact, text))
}

/// The last flush of the destination.
fn flushed(history: &History) -> Option<Line> {
    history.newest(|fact| match fact.what {
        What::Flushed(_) => Some(Line::of(fact, "the destination's last flush".to_owned())),
        _ => None,
    })
}

fn half_freed(evidence: Evidence) -> Account {
    let cp = evidence.subject.cp;
    let name = cp.map_or_else(|| "no entries".to_owned(), |cp| format!("{cp}'s entries"));
    Account {
        lines: cp
            .map(|cp| super::super::lives::missing_messages(evidence.history, cp))
            .unwrap_or_default(),
        happened: format!("the half with {name} is freed"),
        expected: "kept until the source has committed and CP_ACK has come".to_owned(),
        rule: Rule::FreeHalf,
    }
}

/// What a failover replayed, and that it was wrong.
fn replayed(evidence: Evidence, happened: String, expected: &str, rule: Rule) -> Account {
    let lines = promotion(evidence.history).into_iter().collect();
    Account { lines, happened, expected: expected.to_owned(), rule }
}

/// When the side was promoted, and from which image.
fn promotion(history: &History) -> Option<Line> {
    let promoted = history.newest(|fact| match fact.what {
        What::ChangedPart(_, Part::Promoted) => Some(fact),
        _ => None,
    })?;
    let image = history.newest(|fact| match &fact.what {
        // Until it is promoted, the side is the destination.
        What::Committed(Role::Destination, cp, last) if fact.number < promoted.number => {
            Some((*cp, *last))
        }
        _ => None,
    });
    let text = match image {
        Some((cp, last)) => format!("promoted with the image of {cp}, up to {last}"),
        None => "promoted with the original image".to_owned(),
    };
    Some(Line::of(promoted, text))
}

/// An acknowledged entry is not in the image of the failover: where was it, and what was replayed?
fn lost(evidence: Evidence, entry: Lsn) -> Option<Account> {
    let history = evidence.history;
    let mut lines: Vec<_> = promotion(history).into_iter().collect();
    let promoted = history.newest(|fact| match fact.what {
        What::ChangedPart(_, Part::Promoted) => Some(fact.number),
        _ => None,
    })?;
    let missing = stored(history, entry, promoted);
    let replayed: BTreeSet<Lsn> = history
        .before()
        .iter()
        .filter_map(|fact| match &fact.what {
            What::Replayed(_, _, _, entry) if fact.number > promoted => Some(entry.lsn),
            _ => None,
        })
        .collect();
    let restart = history.before().iter().find(|fact| {
        matches!(fact.what, What::Restarted(Role::Source | Role::Destination))
            && missing.is_some_and(|(stored, _)| stored.number < fact.number)
            && fact.number < promoted
    });
    if let Some(fact) = restart {
        lines.push(Line::of(
            fact,
            "restarted: its map of the log is gone until the log is read".to_owned(),
        ));
    }
    let count = replayed.len();
    let happened = match replayed.last() {
        Some(last) => format!("{count} entries are replayed, the last of them {last}"),
        None => "no entry is replayed".to_owned(),
    };
    let (expected, rule) = match (missing, restart) {
        (None, _) => ("the entry in the log: it was acknowledged".to_owned(), Rule::AnswerWrite),
        (Some((_, file)), Some(_)) if replayed.is_empty() => {
            (format!("{entry}, which lies in file {file}, and all before it"), Rule::ReadLog)
        }
        (Some((_, file)), _) => {
            (format!("{entry}, which lies in file {file}, and all before it"), Rule::ReplayAll)
        }
    };
    Some(Account { lines, happened, expected, rule })
}

/// Where the entry lay in log storage when the side was promoted.
fn stored(history: &History, entry: Lsn, promoted: u64) -> Option<(&Fact, LogFile)> {
    let of_entry = history
        .transfers()
        .filter(|carried| carried.transfer.entries.iter().any(|carried| carried.lsn == entry));
    let headers: Vec<_> = of_entry.map(|carried| carried.transfer.header).collect();
    history.newest(|fact| match &fact.what {
        What::LogWritten(_, file, header) if headers.contains(header) && fact.number < promoted => {
            Some((fact, *file))
        }
        _ => None,
    })
}
