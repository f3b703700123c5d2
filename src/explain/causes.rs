//! What the violating fact goes back to.

use super::history::History;
use super::words::{self, moment};

/// Links shown of a chain of causes; the root is always among them.
const SHOWN: usize = 5;

/// The chain of causes from a fact back to what came from outside, in a few words each.
pub(super) fn of(history: &History, fact: u64) -> Vec<String> {
    let Some(last) = history.fact(fact) else { return Vec::new() };
    let told = |fact| words::of(fact).map(|text| (fact.at, text));
    let mut links: Vec<_> = history.causes(last).filter_map(told).collect();
    links.dedup_by(|later, earlier| later.1 == earlier.1);
    if links.len() > SHOWN {
        let root = links.pop();
        links.truncate(SHOWN - 1);
        links.extend(root);
    }
    let first = links.len().saturating_sub(1);
    let place = |(place, (at, text)): (usize, (_, String))| {
        if place == first { format!("{text} at {}", moment(at)) } else { text }
    };
    links.into_iter().enumerate().map(place).collect()
}
