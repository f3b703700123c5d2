//! What should have happened and did not, or not in time: the last that was done about it, and who
//! was to do the next thing.

use super::super::history::{History, message};
use super::super::lives;
use super::super::rule::Rule;
use super::super::words;
use super::super::{Account, Line};
use super::Evidence;
use crate::facts::{Ending, Fact, Role, What};
use crate::protocol::{CpId, Message, Note, Occupancy, Operation, Purpose, Timer};

/// The account of something that did not happen in time.
pub(super) fn account(evidence: Evidence) -> Option<Account> {
    match evidence.kind() {
        ("L1", "snapshot_late") | ("L3", "not_the_last") => {
            Some(no_snapshot(evidence, evidence.subject.cp?))
        }
        ("L1", _) => Some(open_cp(evidence, evidence.subject.cp?)),
        ("L2" | "L4", "unanswered" | "deadlock") => unanswered(evidence),
        ("L3", _) => Some(not_in_sync(evidence)),
        ("L5", _) => Some(in_use(evidence)),
        ("L6", _) => Some(slow_failover(evidence)),
        ("L7", _) => Some(open_nak(evidence)),
        ("L8", "sent_again") => {
            let happened = "a block goes again that did not change".to_owned();
            let expected = "what changed after the CP that WELCOME named, and no more".to_owned();
            let lines = sessions(evidence.history);
            Some(Account { lines, happened, expected, rule: Rule::ResyncBase })
        }
        ("L8", _) => {
            let happened = "a session brings the mirror no nearer to being in sync".to_owned();
            let expected = "the pass acknowledged, and in sync soon after".to_owned();
            let lines = sessions(evidence.history);
            Some(Account { lines, happened, expected, rule: Rule::TryAgain })
        }
        ("L9", _) => {
            let happened = "the source stops, though the destination answers it".to_owned();
            let expected = "a lease from the destination's answers, witness or not".to_owned();
            let lines = witness(evidence.history);
            Some(Account { lines, happened, expected, rule: Rule::GiveLease })
        }
        _ => None,
    }
}

fn open_cp(evidence: Evidence, cp: CpId) -> Account {
    let lines = tail(lives::missing_messages(evidence.history, cp), 3);
    let quiet = match lines.last() {
        Some(line) => format!("since then nothing of {cp} is sent again: {}", line.text),
        None => format!("{cp} stays open"),
    };
    Account {
        lines,
        happened: quiet,
        expected: "sent again after each silence until it is acknowledged".to_owned(),
        rule: Rule::SendAgain,
    }
}

/// The destination lacks a CP for too long: the last snapshot that was sent, if any was.
fn no_snapshot(evidence: Evidence, cp: CpId) -> Account {
    let snapshot = evidence.history.newest(|fact| {
        let (_, _, _, message) = message(fact)?;
        match message {
            Message::CpBegin { cp, purpose: Purpose::Snapshot, .. } => Some((fact, *cp)),
            _ => None,
        }
    });
    let line = |(fact, cp)| Line::of(fact, format!("the last snapshot begins: {cp}"));
    Account {
        lines: snapshot.map(line).into_iter().collect(),
        happened: format!("no snapshot brings {cp}, or a later one, to the destination"),
        expected: "what is committed and not there sent at the next tick, and at the end"
            .to_owned(),
        rule: Rule::TakeSnapshot,
    }
}

/// An operation has no answer: what does it wait for?
fn unanswered(evidence: Evidence) -> Option<Account> {
    let history = evidence.history;
    let id = evidence.subject.write?;
    let (_, request) = history.request(id)?;
    let waits = history.newest(|fact| match &fact.what {
        What::Noted(_, Note::WriteWaits(_, cause)) => Some((fact, cause.key())),
        _ => None,
    });
    let mut lines: Vec<_> = waits
        .iter()
        .map(|(fact, cause)| Line::of(fact, format!("writes wait: {}", cause.replace('_', " "))))
        .collect();
    let began = history.newest(|fact| match &fact.what {
        What::Noted(_, Note::CpStarted(..)) => words::of(fact).map(|text| Line::of(fact, text)),
        _ => None,
    });
    lines.extend(began);
    let (happened, expected, rule) = match (request.operation, waits) {
        (Operation::Flush(_), _) => (
            format!("flush {id} has no answer"),
            "the answer once earlier writes have theirs",
            Rule::AnswerFlush,
        ),
        (_, Some((_, cause))) => (
            format!("{id} waits: {}, and no consistency point begins", cause.replace('_', " ")),
            "a consistency point: only that frees the bound",
            Rule::StartCp,
        ),
        (Operation::Write(_), None) => {
            (format!("{id} has no answer"), "the answer once the rule is met", Rule::AnswerWrite)
        }
        (Operation::Read(_), None) => {
            (format!("{id} has no answer"), "what the volume holds", Rule::ServeRead)
        }
    };
    Some(Account { lines, happened, expected: expected.to_owned(), rule })
}

fn not_in_sync(evidence: Evidence) -> Account {
    let history = evidence.history;
    let lines = sessions(history);
    let last =
        lines.last().map_or_else(|| "no session is tried".to_owned(), |line| line.text.clone());
    Account {
        happened: format!("nothing is tried any more after: {last}"),
        expected: "HELLO again until it is answered".to_owned(),
        lines,
        rule: Rule::TryAgain,
    }
}

/// What was tried to begin a session, and how it went.
fn sessions(history: &History) -> Vec<Line> {
    let told =
        history.before().iter().filter_map(message).filter_map(|(fact, way, number, said)| {
            let about_sessions = matches!(
                said,
                Message::Hello { .. }
                    | Message::Welcome { .. }
                    | Message::Restarted { .. }
                    | Message::InSync { .. }
            );
            let fate = || lives::fate(history, way, number);
            about_sessions.then(|| Line::of(fact, format!("{}, {}", words::message(said), fate())))
        });
    tail(told.collect(), 3)
}

/// Space is still in use at the end: of which kind, and what was to free it.
fn in_use(evidence: Evidence) -> Account {
    let history = evidence.history;
    let ending = history.last().and_then(|fact| match &fact.what {
        What::Ended(ending) => Some(ending),
        _ => None,
    });
    let role = evidence.role();
    let held = ending.map_or_else(Occupancy::default, |ending: &Ending| match role {
        Role::Source => ending.source,
        Role::Destination => ending.destination,
    });
    let mut lines: Vec<Line> = Vec::new();
    let newest = |wanted: fn(&Fact) -> bool| history.newest(|fact| wanted(fact).then_some(fact));
    let events = [
        newest(|fact| matches!(fact.what, What::Committed(Role::Destination, ..))),
        newest(|fact| matches!(fact.what, What::Flushed(_))),
        newest(|fact| matches!(fact.what, What::TimerFired(_, Timer::Flush))),
    ];
    for fact in events.into_iter().flatten() {
        lines.extend(words::of(fact).map(|text| Line::of(fact, text)));
    }
    let (happened, expected, rule) = match role {
        Role::Destination if held.log_files > 0 || held.mapped_transfers > 0 => (
            format!("{} NVLog files stay in use: no flush follows the commit", held.log_files),
            "a flush after the commit, and the file freed",
            Rule::FlushLog,
        ),
        Role::Destination => (format!("still in use: {held:?}"), "nothing in use", Rule::FreeLog),
        Role::Source => (format!("still in use: {held:?}"), "nothing in use", Rule::FreeHalf),
    };
    Account { lines, happened, expected: expected.to_owned(), rule }
}

fn slow_failover(evidence: Evidence) -> Account {
    let history = evidence.history;
    let promoted = history.newest(|fact| match fact.what {
        What::PromotionOrdered(..) | What::ChangedPart(_, crate::protocol::Part::Promoted) => {
            Some(fact)
        }
        _ => None,
    });
    let since = promoted.map_or(0, |fact| fact.number);
    let replayed = history
        .before()
        .iter()
        .filter(|fact| fact.number > since && matches!(fact.what, What::Replayed(..)));
    let count = replayed.clone().count();
    let first = replayed.clone().next();
    let mut lines: Vec<_> = promoted
        .into_iter()
        .filter_map(|fact| words::of(fact).map(|text| Line::of(fact, text)))
        .collect();
    lines.extend(
        first.map(|fact| Line::of(fact, format!("the first of {count} entries is replayed"))),
    );
    Account {
        lines,
        happened: "serving is late: the log is read again and again".to_owned(),
        expected: "one pass over the log, then the blocks".to_owned(),
        rule: Rule::ReplayInTime,
    }
}

fn open_nak(evidence: Evidence) -> Account {
    let block = evidence.subject.block;
    let history = evidence.history;
    let nak = history.newest(|fact| match message(fact)? {
        (fact, way, number, Message::Nak { cp, address, .. }) if Some(*address) == block => {
            let fate = lives::fate(history, way, number);
            Some(Line::of(fact, format!("NAK of {address} in {cp}, {fate}")))
        }
        _ => None,
    });
    Account {
        lines: nak.into_iter().collect(),
        happened: "the NAK has no answer".to_owned(),
        expected: "the frozen block in full".to_owned(),
        rule: Rule::AnswerNak,
    }
}

/// Leases, pleas and what the witness had to do with it.
fn witness(history: &History) -> Vec<Line> {
    let told = history.before().iter().filter_map(|fact| match &fact.what {
        What::WitnessAsked(..) | What::WitnessTold(..) | What::WitnessCrashed => {
            words::of(fact).map(|text| Line::of(fact, text))
        }
        _ => message(fact).and_then(|(_, way, number, said)| match said {
            Message::HeartbeatAnswer { .. } => {
                let fate = lives::fate(history, way, number);
                Some(Line::of(fact, format!("{}, {fate}", words::message(said))))
            }
            _ => None,
        }),
    });
    tail(told.collect(), 4)
}

fn tail(mut lines: Vec<Line>, most: usize) -> Vec<Line> {
    let skipped = lines.len().saturating_sub(most);
    lines.drain(..skipped);
    lines
}
