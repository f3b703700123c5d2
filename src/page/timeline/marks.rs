//! Marks: moments at which something happened.

use super::super::columns::Columns;
use super::budget::MOST_MARKS;
use super::words::word;
use crate::protocol::Part;
use crate::timeline::{Mark, MarkKind, Place, Timeline};
use serde_json::Value;

/// Marks as columns; `lane` names where, `what` says what, `grave` is 1 for what changes the run.
pub(super) fn data(timeline: &Timeline) -> Value {
    let kept = kept(timeline);
    let words = |of: fn(&Mark) -> String| kept.iter().map(|mark| Value::from(of(mark))).collect();
    let (lanes, what): (Value, Value) = (words(lane), words(what));
    Columns::new(kept.len())
        .with("at", kept.iter().map(|mark| mark.at.as_nanos()))
        .with("grave", kept.iter().map(|mark| u64::from(mark.kind.is_landmark())))
        .said("lane", lanes)
        .said("what", what)
        .into_value()
}

/// How many there are that are worth a mark.
pub(super) fn shown(timeline: &Timeline) -> usize {
    timeline.marks.iter().filter(|mark| is_shown(mark)).count()
}

/// Those that a page has: landmarks before others, in order of time.
pub(super) fn kept(timeline: &Timeline) -> Vec<Mark> {
    let grave = |mark: &&Mark| mark.kind.is_landmark();
    let all = || timeline.marks.iter().filter(|mark| is_shown(mark));
    let others = all().filter(|mark| !grave(mark));
    let mut kept: Vec<_> = all().filter(grave).chain(others).take(MOST_MARKS).copied().collect();
    kept.sort_by_key(|mark| mark.at);
    kept
}

/// A reference that is resolved is the rule: there are as many as blocks.
const fn is_shown(mark: &Mark) -> bool {
    !matches!(mark.kind, MarkKind::Resolved(..))
}

/// The key of the lane that a mark stands in.
pub(super) fn lane(mark: &Mark) -> String {
    match mark.place {
        Place::Client(client) => format!("client-{}", client.0),
        Place::Node(role) => format!("side-{}", role as u8),
        Place::Nvram(role) => format!("nvram-{}", role as u8),
        Place::Log(role) => format!("log-{}", role as u8),
        Place::Volume(role) => format!("volume-{}", role as u8),
        Place::Link => "wan".to_owned(),
        Place::Witness => "witness".to_owned(),
        Place::Operator => "all".to_owned(),
    }
}

/// What happened, in words.
pub(super) fn what(mark: &Mark) -> String {
    let who = match mark.place {
        Place::Node(role) | Place::Nvram(role) | Place::Log(role) | Place::Volume(role) => {
            word(&role)
        }
        Place::Witness => "witness".to_owned(),
        Place::Client(_) | Place::Link | Place::Operator => String::new(),
    };
    format!("{who} {}", happened(&mark.kind)).trim_start().to_owned()
}

fn happened(kind: &MarkKind) -> String {
    match kind {
        MarkKind::Crashed => "crashes".to_owned(),
        MarkKind::Restarted => "restarts".to_owned(),
        MarkKind::PointAsked => "the operator asks for a consistency point".to_owned(),
        MarkKind::PromotionOrdered(order) => {
            format!("is ordered to be the source ({})", word(order))
        }
        MarkKind::ChangedPart(part) => part_taken(*part).to_owned(),
        MarkKind::Serves => "serves clients from now on".to_owned(),
        MarkKind::ConnectionReset => "the connection is reset".to_owned(),
        MarkKind::SessionLost(end) => format!("loses the session: {}", word(end)),
        MarkKind::InSync => "in sync again".to_owned(),
        MarkKind::Deposed(generation) => format!("learns of reign {}", generation.0),
        MarkKind::Diverged(blocks) => format!("sets {blocks} blocks aside that it changed alone"),
        MarkKind::NvramLost => "declares its NVRAM lost".to_owned(),
        MarkKind::LogReplayed(entries, beyond) => {
            format!("replayed {entries} entries of its log, {beyond} beyond them not")
        }
        MarkKind::DoesNotConverge => "resynchronization does not converge".to_owned(),
        MarkKind::ResyncPass(pass, cp, blocks) => {
            format!("pass {pass} of resynchronization: {cp}, {blocks} blocks")
        }
        MarkKind::HalfFreed(half) => format!("frees the {} half", word(half)),
        MarkKind::LogFreed(file) => format!("empties NVLog file {}", file.0),
        MarkKind::Refused(refusal) => format!("turns away: {}", word(refusal)),
        MarkKind::WriteWaits(write, cause) => {
            format!("write {write} waits: {}", cause.key().replace('_', " "))
        }
        MarkKind::DestinationWaits => "has no free NVLog file".to_owned(),
        MarkKind::Resolved(address, _) => format!("resolves {address}"),
        MarkKind::Held(address) => format!("holds {address}: its transfer is on its way"),
        MarkKind::Spoiled(_) => "a medium loses what was written".to_owned(),
        MarkKind::CheckFailed(_) => "what was read fails its check".to_owned(),
    }
}

const fn part_taken(part: Part) -> &'static str {
    match part {
        Part::Source => "is the source from now on",
        Part::Destination => "is the destination from now on",
        Part::Promoted => "is promoted",
    }
}
