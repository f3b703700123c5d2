//! Consistency points, spells and pleas as columns.

use super::super::columns::Columns;
use super::budget::{MOST_PLEAS, MOST_POINTS, MOST_SPELLS};
use super::words::word;
use crate::protocol::witness::Ruling;
use crate::timeline::{PleaSpan, PointSpan, Spell, SpellKind, Timeline, words};
use crate::units::SimTime;
use serde_json::Value;

fn nanos(at: Option<SimTime>) -> Option<u64> {
    at.map(SimTime::as_nanos)
}

/// Consistency points of each side; `what` says what each is for and what started it.
pub(super) fn points(timeline: &Timeline) -> Value {
    let all = || timeline.points.iter().take(MOST_POINTS);
    Columns::new(all().count())
        .with("side", all().map(|point| point.role as u64))
        .with("cp", all().map(|point| point.cp.number.0))
        .with("generation", all().map(|point| u64::from(point.cp.generation.0)))
        .with("at", all().map(|point| point.begun.as_nanos()))
        .with("committed", all().map(|point| nanos(point.committed)))
        .with("ended", all().map(|point| nanos(point.ended)))
        .said("what", all().map(started).map(Value::from).collect::<Value>())
        .into_value()
}

/// What a point is for, and what started it.
pub(super) fn started(point: &PointSpan) -> String {
    let trigger = point.trigger.map(|trigger| format!(", {}", trigger.key().replace('_', " ")));
    format!("{}{}", word(&point.purpose), trigger.unwrap_or_default())
}

/// Faults, nodes down, mirrors not in sync; `kind` is one of `fault`, `mirror`, `down`.
pub(super) fn spells(timeline: &Timeline) -> Value {
    let all = || timeline.spells.iter().take(MOST_SPELLS);
    let kinds = all().map(|spell| Value::from(kind(spell.kind)));
    let words = all().map(|spell| Value::from(what(spell, timeline)));
    Columns::new(all().count())
        .with("at", all().map(|spell| spell.began.as_nanos()))
        .with("ended", all().map(|spell| nanos(spell.ended)))
        .with("felt", all().map(|spell| nanos(spell.felt)))
        .said("kind", kinds.collect::<Value>())
        .said("what", words.collect::<Value>())
        .into_value()
}

const fn kind(kind: SpellKind) -> &'static str {
    match kind {
        SpellKind::Fault(_) => "fault",
        SpellKind::Mirror(..) => "mirror",
        SpellKind::Down(_) | SpellKind::WitnessDown => "down",
    }
}

/// What was wrong, in words.
pub(super) fn what(spell: &Spell, timeline: &Timeline) -> String {
    let word = words::spell(timeline, spell.kind);
    match spell.kind {
        SpellKind::Fault(id) => format!("{word} (fault {id})"),
        SpellKind::Mirror(role, _) => format!("{}: {word}", words::side(role)),
        SpellKind::Down(_) | SpellKind::WitnessDown => word,
    }
}

/// What nodes asked the witness; `what` says it in words.
pub(super) fn pleas(timeline: &Timeline) -> Value {
    let all = || timeline.pleas.iter().take(MOST_PLEAS);
    let words = all().map(|plea| Value::from(asked(plea)));
    Columns::new(all().count())
        .with("side", all().map(|plea| plea.role as u64))
        .with("at", all().map(|plea| plea.asked.as_nanos()))
        .with("heard", all().map(|plea| nanos(plea.heard)))
        .with("answered", all().map(|plea| nanos(plea.answered.map(|(at, _)| at))))
        .with("told", all().map(|plea| nanos(plea.told)))
        .with("unheard", all().map(|plea| nanos(plea.unheard)))
        .with("repeated", all().map(|plea| plea.repeated))
        .said("what", words.collect::<Value>())
        .into_value()
}

fn asked(plea: &PleaSpan) -> String {
    let (who, wish) = (words::side(plea.role), words::plea(plea.request.plea));
    let ruling = match plea.answered {
        Some((_, Ruling::Granted)) => "granted",
        Some((_, Ruling::Refused)) => "refused",
        None => "not answered",
    };
    format!("{who} asks the witness: {wish}: {ruling}")
}
