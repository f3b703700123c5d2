//! What nodes say to each other and to clients: IDs, sessions, answers, promotions.

use super::super::history::{History, message};
use super::super::lives;
use super::super::rule::Rule;
use super::super::words;
use super::super::{Account, Line};
use super::Evidence;
use crate::facts::{Direction, Fact, What};
use crate::protocol::{Message, Note, Part, Refusal, SavedState, TransferId, WriteId};

/// The account of something that was said, answered or accepted wrongly.
pub(super) fn account(evidence: Evidence) -> Option<Account> {
    let subject = evidence.subject;
    match evidence.kind() {
        ("S7", "id_not_fresh") => Some(id_reused(evidence, subject.transfer?)),
        ("S7", "stale_accepted") => {
            let (direction, number) = subject.message?;
            stale(evidence, direction, number)
        }
        ("S1a", "copy_missing" | "not_logged") => Some(answered_early(evidence, subject.write?)),
        ("S10", "logged_twice") => Some(logged_twice(evidence, subject.write?)),
        ("S12", _) => duplicate(evidence),
        ("S16", "reign_forgotten" | "reign_not_new") => Some(reign(evidence)),
        ("S16", "old_source_serves" | "no_lease" | "no_consent") => Some(lease(evidence)),
        ("S18", _) | ("S14", "in_sync") => Some(in_sync(evidence)),
        ("S15", "promoted_not_in_sync") => Some(unguarded(evidence)),
        _ => None,
    }
}

/// A transfer ID is given while another transfer has it.
fn id_reused(evidence: Evidence, id: TransferId) -> Account {
    let history = evidence.history;
    let last = history.last().map_or(0, |fact| fact.number);
    let holder = history
        .transfers()
        .filter(|carried| carried.transfer.header.id == id && carried.fact.number < last)
        .last();
    let mut lines = Vec::new();
    let mut happened = format!("transfer ID {id} is given again");
    if let Some(carried) = holder {
        let cp = carried.transfer.header.cp;
        let text = format!("transfer {id} sent for {cp}");
        lines.push(Line::of(carried.fact, text));
        lines.extend(lives::consistency_point(history, cp));
        happened = format!("transfer ID {id} is given again while {cp}'s half is not freed");
    }
    let expected = "another ID, or the write waits until the half is freed".to_owned();
    Account { lines, happened, expected, rule: Rule::GiveTransferId }
}

/// A message of a session or CP that is over was acted upon.
fn stale(evidence: Evidence, direction: Direction, number: u64) -> Option<Account> {
    let history = evidence.history;
    let (sent, _, _, what) = history.newest(|fact| {
        message(fact).filter(|(_, way, which, _)| (*way, *which) == (direction, number))
    })?;
    let epoch = what.epoch();
    let text = format!("{} of session {epoch} sent (message {number})", words::message(what));
    let mut lines = vec![Line::of(sent, text)];
    let newer = history.newest(|fact| match message(fact)? {
        (fact, _, _, hello @ Message::Hello { .. }) if hello.epoch() > epoch => {
            Some(Line::of(fact, format!("{} ends session {epoch}", words::message(hello))))
        }
        _ => None,
    });
    lines.extend(newer);
    // The same rule kept elsewhere in the run: another message of that session was refused.
    let refused = history.newest(|fact| match &fact.what {
        What::Refused(_, why @ Refusal::WrongEpoch) => {
            let place = words::of(history.fact(fact.cause?)?)?;
            Some(Line::of(fact, format!("refused: {place} ({why:?})")))
        }
        _ => None,
    });
    lines.extend(refused);
    let did = history.last().and_then(words::of).unwrap_or_else(|| "something changed".to_owned());
    let happened = format!("message {number} of session {epoch} is taken: {did}");
    let expected = format!("refused: session {epoch} is over");
    Some(Account { lines, happened, expected, rule: Rule::AcceptMessage })
}

/// A write was answered before the copies existed that its rule promises.
fn answered_early(evidence: Evidence, id: WriteId) -> Account {
    let history = evidence.history;
    let entry = history.logged(id).map(|logged| logged.entry.lsn);
    let acknowledged = history.newest(|fact| match message(fact)? {
        (fact, Direction::ToSource, _, said @ Message::LogAck { .. }) => {
            Some(Line::of(fact, format!("{} sent", words::message(said))))
        }
        _ => None,
    });
    let happened = format!("{id} is answered");
    let expected = match entry {
        Some(lsn) => format!("the answer once {lsn} is where the rule wants it"),
        None => "its entry in the log first".to_owned(),
    };
    let lines = acknowledged.into_iter().collect();
    Account { lines, happened, expected, rule: Rule::AnswerWrite }
}

fn logged_twice(evidence: Evidence, id: WriteId) -> Account {
    let history = evidence.history;
    let repeated = history.newest(|fact| match &fact.what {
        What::Repeated(request) if request.id == id => {
            Some(Line::of(fact, format!("{id} is asked again")))
        }
        _ => None,
    });
    let restarted = history.newest(|fact| match fact.what {
        What::Restarted(_) | What::Serves(_) => words::of(fact).map(|text| Line::of(fact, text)),
        _ => None,
    });
    Account {
        lines: repeated.into_iter().chain(restarted).collect(),
        happened: format!("{id} gets an entry again"),
        expected: "the answer of the first: the write is in log or image".to_owned(),
        rule: Rule::KnowRetry,
    }
}

/// What had come before counted again.
fn duplicate(evidence: Evidence) -> Option<Account> {
    let history = evidence.history;
    let last = history.last()?;
    let again = history.causes(last).find(|fact| matches!(fact.what, What::Arrived(..)))?;
    let What::Arrived(direction, number) = again.what else { return None };
    let sent = history.newest(|fact| {
        message(fact).filter(|(_, way, which, _)| (*way, *which) == (direction, number))
    });
    let name = sent.map_or_else(|| "it".to_owned(), |(.., what)| words::message(what));
    let mut lines: Vec<_> = sent
        .iter()
        .map(|(fact, ..)| Line::of(fact, format!("{name} sent as message {number}")))
        .collect();
    lines.push(Line::of(again, format!("{name} arrives as message {number}, and had come before")));
    let did = words::of(last).unwrap_or_else(|| "something changed".to_owned());
    let happened = format!("what had come before counts once more: {did}");
    let expected = "acknowledged again as before, and nothing changed".to_owned();
    Some(Account { lines, happened, expected, rule: Rule::CountEntries })
}

fn reign(evidence: Evidence) -> Account {
    let lines = parts(evidence.history);
    Account {
        lines,
        happened: "a site goes by an older reign than it took part in".to_owned(),
        expected: "the newer reign, durable before it serves".to_owned(),
        rule: Rule::RecordReign,
    }
}

/// Promotions and restarts, and what was durable of parts, newest last.
fn parts(history: &History) -> Vec<Line> {
    let mut saved: Option<SavedState> = None;
    let told = history.before().iter().filter_map(|fact| match &fact.what {
        What::ChangedPart(_, Part::Promoted | Part::Destination)
        | What::Crashed(_)
        | What::Restarted(_)
        | What::Serves(_) => words::of(fact).map(|text| Line::of(fact, text)),
        What::StateSaved(side, state) => {
            let is_new = saved.as_ref().is_none_or(|saved| saved.generation != state.generation);
            saved = Some(state.clone());
            let text = format!("the {} has reign {} durable", words::role(*side), state.generation);
            is_new.then(|| Line::of(fact, text))
        }
        _ => None,
    });
    let mut lines: Vec<_> = told.collect();
    let skipped = lines.len().saturating_sub(4);
    lines.drain(..skipped);
    lines
}

fn lease(evidence: Evidence) -> Account {
    let history = evidence.history;
    let answered = history.newest(|fact| match message(fact)? {
        (fact, _, _, said @ Message::HeartbeatAnswer { .. }) => {
            Some(Line::of(fact, words::message(said)))
        }
        _ => None,
    });
    let ruling = history.newest(|fact| match &fact.what {
        What::WitnessSaved(state) => {
            let text =
                format!("the witness rules: reign {}, {:?}", state.generation, state.standing);
            Some(Line::of(fact, text.to_lowercase()))
        }
        _ => None,
    });
    let promoted = history.newest(|fact| match fact.what {
        What::ChangedPart(_, Part::Promoted) => words::of(fact).map(|text| Line::of(fact, text)),
        _ => None,
    });
    let id = evidence.subject.write;
    let does = id.map_or_else(|| "the source goes on".to_owned(), |id| format!("{id} is answered"));
    Account {
        lines: answered.into_iter().chain(ruling).chain(promoted).collect(),
        happened: format!("{does} without lease or consent"),
        expected: "no answer until the witness consents, or a heartbeat is answered".to_owned(),
        rule: Rule::HoldLease,
    }
}

fn in_sync(evidence: Evidence) -> Account {
    let entry = evidence.subject.entry;
    let lacks = entry.map_or_else(
        || "the destination lacks entries".to_owned(),
        |lsn| format!("{lsn}, which was answered, does not meet the rule yet"),
    );
    Account {
        lines: states(evidence.history),
        happened: format!("in sync is declared while {lacks}"),
        expected: "in sync once every write answered meets the rule".to_owned(),
        rule: Rule::DeclareInSync,
    }
}

fn unguarded(evidence: Evidence) -> Account {
    Account {
        lines: states(evidence.history),
        happened: "the destination is promoted, and was not forced".to_owned(),
        expected: "the order refused: it does not know itself in sync".to_owned(),
        rule: Rule::GuardPromotion,
    }
}

/// The last states of the mirror, and the orders to promote.
fn states(history: &History) -> Vec<Line> {
    let told = history.before().iter().filter_map(|fact: &Fact| match &fact.what {
        What::Noted(_, Note::Mirror(state)) => {
            let text = format!("the mirror is {}", state.key().replace('_', " "));
            Some(Line::of(fact, text))
        }
        What::PromotionOrdered(..) => words::of(fact).map(|text| Line::of(fact, text)),
        _ => None,
    });
    let mut lines: Vec<_> = told.collect();
    let skipped = lines.len().saturating_sub(4);
    lines.drain(..skipped);
    lines
}
