//! Every check can fail, as in `prove.rs`: properties of failover (S1, S9, S10), of a mirror that is lost
//! and regained (S17, S18), and that it is regained (L3). The facts of runs with faults are tampered with.

mod support;

use mirrorsim::facts::{Fact, Role, What};
use mirrorsim::protocol::{CpId, Lsn, Message, Mode, OpNumber, Part};
use support::tamper::{Run, SOURCE};

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
