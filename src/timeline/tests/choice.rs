//! Where to look, worked out by hand.

use super::*;
use crate::protocol::{CpId, Note, Trigger};

/// A request in every microsecond from 0 to 999 µs, and what else there is; at the end of 1 ms.
fn first(others: Vec<Told>) -> Timeline {
    let asked = |at: u64| (at * 1000, None, What::Requested(request(at)));
    let mut facts: Vec<_> = (0..1000).map(asked).collect();
    facts.extend(others);
    facts.push((1_000_000, None, What::OperatorAsked));
    facts.sort_by_key(|(at, ..)| *at);
    timeline(Window::NOTHING, 0, facts)
}

fn point(from: u64, to: u64) -> Vec<Told> {
    let cp = CpId::ORIGINAL.next();
    vec![
        (from, None, What::Noted(Role::Source, Note::CpStarted(cp, Trigger::Timer))),
        (to, None, What::Noted(Role::Source, Note::CpEnded(cp))),
    ]
}

/// Within a few of `most`, since buckets are 4 µs long here.
fn assert_holds_about(window: Window, most: u64) {
    let length = window.to.since(window.from).as_nanos();
    assert!(length.abs_diff(most * 1000) <= 8000, "{window} for {most} spans");
}

#[test]
fn a_run_that_has_room_is_shown_whole() {
    assert_eq!(choose(&first(Vec::new()), None, 1000, Window::ALL), Window::ALL);
    assert_eq!(choose(&first(point(5, 9)), Some(at_ns(7)), 1000, Window::ALL), Window::ALL);
    assert_eq!(
        choose(&timeline(Window::NOTHING, 0, Vec::new()), None, 0, Window::ALL),
        Window::ALL
    );
}

#[test]
fn the_first_thing_that_went_wrong_lies_in_the_middle() {
    let lost = (500_000, None, What::ConnectionReset);
    let crashed = (500_000, None, What::Crashed(Role::Destination));
    let felt = (700_000, None, What::FaultFelt(crate::protocol::FaultId(0)));
    let seen = first([vec![lost, crashed, felt], point(100_000, 200_000)].concat());
    let chosen = choose(&seen, None, 100, Window::ALL);
    assert_holds_about(chosen, 100);
    assert!(chosen.from < at_ns(455_000) && chosen.to > at_ns(545_000), "{chosen}: the crash");
    let chosen = choose(&seen, Some(at_ns(800_000)), 100, Window::ALL);
    assert_holds_about(chosen, 100);
    assert!(chosen.contains(at_ns(760_000)) && chosen.contains(at_ns(840_000)), "{chosen}");
    let chosen = choose(&seen, Some(at_ns(1_000_000)), 100, Window::ALL);
    assert_eq!(chosen.to, at_ns(1_000_000), "the run goes no further");
    assert_holds_about(chosen, 100);
}

#[test]
fn where_nothing_went_wrong_the_first_point_is_shown() {
    let seen = first(point(400_000, 440_000));
    let chosen = choose(&seen, None, 100, Window::ALL);
    assert_holds_about(chosen, 100);
    assert!(chosen.from < at_ns(380_000) && chosen.to > at_ns(460_000), "{chosen}");
    let chosen = choose(&seen, None, 20, Window::ALL);
    assert_eq!(chosen.from, at_ns(400_000), "a point that has no room is shown from its beginning");
    assert_holds_about(chosen, 20);
}

#[test]
fn without_a_point_the_beginning_is_shown() {
    let chosen = choose(&first(Vec::new()), None, 100, Window::ALL);
    assert_eq!(chosen.from, SimTime::ZERO);
    assert_holds_about(chosen, 100);
}

/// What was asked for has too much: a part of it is shown, around its nearest moment to what matters.
#[test]
fn a_part_of_what_was_asked_for_is_chosen() {
    let seen = first(Vec::new());
    let within = Window { from: at_ns(200_000), to: at_ns(700_000) };
    let chosen = choose(&seen, Some(at_ns(900_000)), 100, within);
    assert_holds_about(chosen, 100);
    assert_eq!(chosen.to, within.to, "{chosen}");
    let chosen = choose(&seen, Some(at_ns(450_000)), 100, within);
    assert!(chosen.from > within.from && chosen.to < within.to, "{chosen}");
    let small = Window { from: at_ns(450_000), to: at_ns(460_000) };
    assert_eq!(choose(&seen, None, 100, small), small);
}
