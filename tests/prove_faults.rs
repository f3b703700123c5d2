//! Every check can fail, as in `prove.rs`: properties of failover (S1, S9, S10, S13, S15, S16), of a mirror
//! that is lost and regained (S17, S18), and that it is regained (L3). The facts of runs with faults are
//! tampered with.

mod support;

use mirrorsim::facts::{Fact, Role, What};
use mirrorsim::protocol::block::BlockAddress;
use mirrorsim::protocol::{
    CpId, Generation, Lsn, Message, Mode, OpNumber, Part, PromotionOrder, SavedMirror,
};
use mirrorsim::units::SimTime;
use std::rc::Rc;
use support::tamper::{DESTINATION, Run, SOURCE};

/// The facts of a scenario file, which kept every property.
fn facts_of(name: &str) -> Run {
    let path = format!("{}/scenarios/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the scenario is there");
    Run::clean(&text, &[])
}

fn is_replayed(what: &What) -> bool {
    matches!(what, What::Replayed(..))
}

fn says_in_sync(what: &What) -> bool {
    match what {
        What::Sent(_, _, message) => matches!(**message, Message::InSync { .. }),
        _ => false,
    }
}

#[test]
fn s1_an_acknowledged_write_beyond_the_cut() {
    let mut run = facts_of("site-disaster-in-sync");
    let promoted = run.first(|what| matches!(what, What::ChangedPart(_, Part::Promoted)));
    let reign = |cp: &CpId| cp.generation.0 == 2;
    let place = run.first(|what| matches!(what, What::Committed(_, cp, _) if reign(cp)));
    assert!(place > promoted, "the reign begins with a CP of its own");
    // Far enough back that the write was answered before the site burned.
    if let What::Committed(_, _, last) = &mut run.facts[place].what {
        *last = Lsn { sequence: last.sequence - 20, ..*last };
    }
    run.assert_found("S1", (SOURCE, "acknowledged_lost"), &["in sync", "failover image"]);
}

#[test]
fn s9_an_entry_left_out_of_the_replay() {
    let mut run = facts_of("site-disaster-in-sync");
    let first = run.first(is_replayed);
    run.facts.remove(first);
    run.assert_found("S9", (SOURCE, "gap"), &["was replayed after", "but follows"]);
}

#[test]
fn s10_an_entry_that_the_log_does_not_hold() {
    let mut run = facts_of("site-disaster-in-sync");
    run.edit(|what| match what {
        What::Replayed(_, _, _, entry) => {
            entry.write.op = OpNumber(999_999);
            true
        }
        _ => false,
    });
    run.assert_found("S10", (SOURCE, "phantom_replayed"), &["c0#999999", "unlike the log"]);
}

#[test]
fn s13_an_entry_replayed_that_the_image_holds() {
    let mut run = facts_of("site-disaster-in-sync");
    run.edit(|what| match what {
        What::Replayed(_, _, _, entry) => {
            entry.lsn = entry.predecessor;
            true
        }
        _ => false,
    });
    run.assert_found("S13", (SOURCE, "older_over_newer"), &["replayed over the image"]);
}

/// Whether the site saved that it is promoted.
fn is_promoted(what: &What) -> bool {
    matches!(what, What::StateSaved(_, state) if state.part == Part::Promoted)
}

/// Puts a fact into the run, right before that at `place`.
fn insert(run: &mut Run, place: usize, what: What) {
    let fact = Fact { what, ..run.facts[place].clone() };
    run.facts.insert(place, fact);
}

#[test]
fn s15_promoted_though_it_knows_better() {
    let words = ["not forced", "not in sync"];
    let found = (DESTINATION, "promoted_not_in_sync");
    // What was durable last says no.
    let mut run = facts_of("site-disaster-in-sync");
    let promoted = run.first(is_promoted);
    let What::StateSaved(site, mut state) = run.facts[promoted].what.clone() else {
        unreachable!()
    };
    state.part = Part::Destination;
    state.mirror = SavedMirror::OutOfSync(SimTime::ZERO);
    let ordered = run.first(|what| matches!(what, What::PromotionOrdered(..)));
    insert(&mut run, ordered, What::StateSaved(site, state));
    run.assert_found("S15", found, &words);
    // By force it may.
    run.edit(|what| match what {
        What::PromotionOrdered(_, order) => {
            *order = PromotionOrder::Forced;
            true
        }
        _ => false,
    });
    assert!(run.judge().violations.iter().all(|found| found.property != "S15"));
    // A life after a crash knows nothing.
    let mut run = facts_of("site-disaster-in-sync");
    let ordered = run.first(|what| matches!(what, What::PromotionOrdered(..)));
    insert(&mut run, ordered, What::Crashed(DESTINATION));
    run.assert_found("S15", found, &words);
    // A crash after the order changes nothing: the life that was ordered knew.
    let crash = run.facts.remove(ordered);
    run.facts.insert(ordered + 1, crash);
    assert!(run.judge().violations.iter().all(|found| found.property != "S15"));
}

#[test]
fn s16_a_block_changed_alone_that_welcome_does_not_name() {
    let welcome = |change: fn(&mut CpId, &mut Vec<BlockAddress>)| {
        let mut run = facts_of("split-brain-attempted");
        run.edit(|what| match what {
            What::Sent(_, _, message) => match Rc::make_mut(message) {
                Message::Welcome { committed, diverged, .. } if !diverged.is_empty() => {
                    change(committed, diverged);
                    true
                }
                _ => false,
            },
            _ => false,
        });
        run
    };
    let run = welcome(|_, diverged| diverged.truncate(diverged.len() - 1));
    run.assert_found("S16", (DESTINATION, "divergence_hidden"), &["changed alone", "silent"]);
    let run = welcome(|committed, _| *committed = committed.next());
    run.assert_found("S16", (DESTINATION, "divergence_hidden"), &["common", "reigns part at"]);
}

#[test]
fn s16_a_reign_that_is_forgotten_or_not_new() {
    let of_second = |what: &What| match what {
        What::Sent(_, _, message) => {
            matches!(&**message, Message::Hello { generation: Generation(2), .. })
        }
        _ => false,
    };
    let mut run = facts_of("split-brain-attempted");
    // The first is said before the reign has a CP.
    let last = run.facts.iter().rposition(|fact| of_second(&fact.what)).expect("it calls again");
    if let What::Sent(_, _, message) = &mut run.facts[last].what
        && let Message::Hello { generation, .. } = Rc::make_mut(message)
    {
        *generation = Generation(1);
    }
    run.assert_found("S16", (SOURCE, "reign_forgotten"), &["HELLO in reign 1", "part in 2"]);
    let mut run = facts_of("split-brain-attempted");
    run.edit(|what| match what {
        What::Committed(_, cp, _) if cp.generation == Generation(2) => {
            cp.generation = Generation(1);
            true
        }
        _ => false,
    });
    run.assert_found("S16", (SOURCE, "reign_not_new"), &["serves in reign 1"]);
    // What is logged belongs to a reign as well.
    let mut run = facts_of("split-brain-attempted");
    let logged = |what: &What| match what {
        What::Appended(_, _, _, entry) => entry.lsn.generation == Generation(2),
        _ => false,
    };
    let place = run.first(logged);
    if let What::Appended(_, _, _, entry) = &mut run.facts[place].what {
        entry.lsn.generation = Generation(1);
    }
    run.assert_found("S16", (SOURCE, "reign_forgotten"), &["logs a write in reign 1"]);
}

#[test]
fn s17_strict_answers_out_of_sync() {
    let mut run = facts_of("one-way-partition");
    run.scenario.parameters.mode = Mode::Strict;
    run.assert_found("S17", (SOURCE, "acknowledged_out_of_sync"), &["strict"]);
}

#[test]
fn s18_in_sync_is_declared_before_it_is_so() {
    let mut run = facts_of("link-flap");
    let declared = run.first(says_in_sync);
    // The CP in full was sent, and the destination has not committed it: the writes answered since the
    // link died are on one side only.
    let commits = |fact: &Fact| matches!(fact.what, What::Committed(Role::Destination, ..));
    let full = run.facts[..declared].iter().rposition(commits).expect("the CP in full");
    run.hasten(declared, full);
    run.assert_found("S18", (SOURCE, "in_sync_too_soon"), &["acknowledged"]);
}

#[test]
fn l3_never_in_sync_again() {
    let mut run = facts_of("one-way-partition");
    run.drop_all(says_in_sync);
    run.assert_found("L3", (Role::Source, "not_in_sync"), &["the mirror is not in sync"]);
}
