//! Marks: moments at which something happened.

use super::super::columns::Columns;
use super::budget::MOST_MARKS;
use crate::report::text::count;
use crate::timeline::{Mark, MarkKind, Place, Timeline, words};
use serde_json::Value;

/// Marks as columns; `lane` names where, `what` says what, `grave` is 1 for what changes the run.
pub(super) fn data(timeline: &Timeline) -> Value {
    let kept = kept(timeline);
    let told = |of: fn(&Mark) -> String| kept.iter().map(|mark| Value::from(of(mark))).collect();
    let (lanes, what): (Value, Value) = (told(lane), told(what));
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

/// A reference that is resolved is the rule.
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
            format!("{}: ", words::side(role))
        }
        Place::Witness => "witness: ".to_owned(),
        Place::Client(_) | Place::Link | Place::Operator => String::new(),
    };
    let times =
        if mark.count > 1 { format!(" ({} times)", count(mark.count)) } else { String::new() };
    format!("{who}{}{times}", words::mark(&mark.kind))
}
