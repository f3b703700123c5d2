//! Faults that are aimed, and draws that are settled (Spec 8: each fault planned): they strike what the
//! scenario says, as often as it says, and a run in which nothing is drawn needs no seed.

mod support;

use mirrorsim::facts::{Direction, Fact, LossCause, What};
use mirrorsim::protocol::MessageKind;
use mirrorsim::units::Span;
use support::{Kept, scenario};

/// Writes 1 ms apart over `datagram`, a CP every four of them.
fn facts(faults: &str, sets: &[(&str, &str)], seed: u64) -> Vec<Fact> {
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "count": 60, "span": "64KiB",
                "arrival": {{ "kind": "poisson", "mean": "1ms" }} }} }} ],
             "source": {{ "consistency_point": {{ "every": null, "entries": 4 }} }},
             "wan": {{ "transport": "datagram", "propagation": "5ms" }},
             "destination": {{ "cache": "4KiB" }}, "faults": [ {faults} ] }}"#
    );
    let scenario = scenario(&text, sets);
    let mut kept = Kept::default();
    let traces = mirrorsim::workload::Traces::new();
    let run = mirrorsim::batch::run(&scenario, seed, &traces, Some(&mut kept), &mut |_, _| {});
    let outcome = run.unwrap_or_else(|problem| panic!("{problem}"));
    assert!(outcome.verdict.is_pass(), "{:?}", outcome.verdict.violations);
    kept.0
}

/// Kinds and times of departure of messages to the destination, by number.
fn departures(facts: &[Fact]) -> Vec<(u64, MessageKind, u64)> {
    let sent = |number: u64| {
        facts.iter().find_map(|fact| match &fact.what {
            What::Sent(Direction::ToDestination, other, message)
            | What::Resent(Direction::ToDestination, other, message) => {
                (*other == number).then(|| message.kind())
            }
            _ => None,
        })
    };
    let departed = facts.iter().filter_map(|fact| match &fact.what {
        What::Departed(Direction::ToDestination, number, _) => {
            Some((*number, sent(*number)?, fact.at.as_nanos()))
        }
        _ => None,
    });
    departed.collect()
}

fn lost(facts: &[Fact]) -> Vec<u64> {
    let lost = facts.iter().filter_map(|fact| match &fact.what {
        What::Lost(Direction::ToDestination, number, LossCause::Link) => Some(*number),
        _ => None,
    });
    lost.collect()
}

#[test]
fn a_loss_strikes_the_first_messages_of_its_kind_and_is_over() {
    for times in [1, 2] {
        let fault = format!(
            r#"{{ "kind": "loss", "at": "20ms", "times": {times}, "message": "cp_data",
                  "direction": "to_destination" }}"#
        );
        let facts = facts(&fault, &[], 0);
        let departures = departures(&facts);
        let meant = departures
            .iter()
            .filter(|(_, kind, at)| *kind == MessageKind::CpData && *at >= 20_000_000);
        let meant: Vec<_> = meant.map(|(number, ..)| *number).take(times).collect();
        assert_eq!(lost(&facts), meant);
        let ended = facts.iter().filter(|fact| matches!(fact.what, What::FaultEnded(_))).count();
        assert_eq!(ended, 1, "it is over once it struck {times} times");
    }
}

#[test]
fn a_delay_holds_one_message_up() {
    let fault =
        r#"{ "kind": "delay", "at": "20ms", "times": 1, "message": "transfer", "by": "7ms" }"#;
    let facts = facts(fault, &[], 0);
    let late: Vec<_> = departures(&facts)
        .into_iter()
        .filter(|(number, _, departed)| {
            facts.iter().any(|fact| {
                fact.what == What::Arrived(Direction::ToDestination, *number)
                    && fact.at.as_nanos() == departed + Span::from_millis(12).as_nanos()
            })
        })
        .collect();
    let [(_, kind, at)] = late[..] else { panic!("{late:?}") };
    assert_eq!(kind, MessageKind::Transfer);
    assert!(at >= 20_000_000);
}

#[test]
fn a_fault_of_media_strikes_so_often() {
    for times in [1, 3] {
        let fault = format!(
            r#"{{ "kind": "bit-rot", "device": "destination.log", "at": "10ms", "times": {times} }}"#
        );
        let facts = facts(&fault, &[], 3);
        let spoiled = facts.iter().filter(|fact| matches!(fact.what, What::Spoiled(..))).count();
        assert_eq!(spoiled, times);
    }
}

/// Everything that is drawn in this run would be drawn from the seed.
const CHANCES: &str = r#"
    { "kind": "loss", "rate": "5%" }, { "kind": "crash", "node": "destination", "every": "20ms",
      "restart_after": "5ms" }, { "kind": "late", "rate": "10%", "by": "5ms" }"#;

#[test]
fn where_nothing_is_drawn_every_seed_is_the_same() {
    let sets = |draws| [("draws", draws), ("wan.jitter", "3ms"), ("faults_until", "60ms")];
    let run = |draws, seed| facts(CHANCES, &sets(draws), seed);
    let (least, most) = (run("least", 0), run("most", 0));
    assert_eq!(least, run("least", 1));
    assert_eq!(most, run("most", 1));
    assert_ne!(least, most);
    assert_ne!(run("seed", 0), run("seed", 1));
    assert_eq!(lost(&least), [0; 0], "what has a chance below 100% does not happen");
}
