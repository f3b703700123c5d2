//! Spec 10, the policies without log forwarding: `cp-only` and `snapshot-delta`, and what each promises.

mod support;

use mirrorsim::batch::{self, Outcome};
use mirrorsim::facts::{Direction, Fact, Role, What};
use mirrorsim::protocol::wire::Category;
use mirrorsim::protocol::{
    CpId, Lsn, Message, MirrorState, Note, Outcome as Answer, Purpose, Timer,
};
use mirrorsim::protocol::{Part, WriteId};
use mirrorsim::scenario::Scenario;
use mirrorsim::units::{SimTime, Span};
use mirrorsim::workload::Traces;
use std::collections::BTreeMap;
use std::rc::Rc;
use support::tamper::{DESTINATION, Run, SOURCE};
use support::{assert_passes, observe, scenario};

/// Twelve seconds of writes of all shapes to a hot spot; a CP each second.
const BASE: &str = r#"{ "clients": [ { "timeout": "2s", "workload": {
      "count": 2400, "arrival": { "kind": "poisson", "mean": "5ms" },
      "sizes": [ { "size": "4KiB", "weight": 6 }, { "size": "1KiB", "weight": 2 },
                 { "size": "32KiB", "weight": 1 } ],
      "alignment": "1KiB", "span": "4MiB", "addresses": { "kind": "zipf", "exponent": "90%" } } } ],
    "source": { "nvram_half": "16MiB", "consistency_point": { "every": "1s" } },
    "wan": { "propagation": "5ms" }, "timeout": "1s", "reconnect": "1s" }"#;

const CP_ONLY: &[(&str, &str)] = &[("policy", "cp-only")];
const APPLIED: &[(&str, &str)] = &[("policy", "cp-only"), ("ack", "applied")];
const SNAPSHOTS: &[(&str, &str)] = &[("policy", "snapshot-delta"), ("snapshot.every", "2s")];

fn with(sets: &[(&str, &str)], more: &[(&str, &str)]) -> Scenario {
    scenario(BASE, &[sets, more].concat())
}

/// Runs with a seed; every property must hold, and both sides end with the same image.
fn run_with(scenario: &Scenario, seed: u64) -> Outcome {
    let outcome = batch::run(scenario, seed, &Traces::new(), None, &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_passes(&outcome);
    outcome
}

fn carried(outcome: &Outcome, category: Category) -> u64 {
    outcome.figures.wan[Direction::ToDestination as usize].get(category)
}

fn sent_in_all(outcome: &Outcome) -> u64 {
    outcome.figures.wan[Direction::ToDestination as usize].total()
}

/// Snapshots that were sent: the fact and the CP.
fn snapshots(facts: &[Fact]) -> Vec<(&Fact, CpId)> {
    let begins = facts.iter().filter_map(|fact| match &fact.what {
        What::Sent(_, _, message) => match **message {
            Message::CpBegin { cp, purpose: Purpose::Snapshot, .. } => Some((fact, cp)),
            _ => None,
        },
        _ => None,
    });
    begins.collect()
}

/// CPs that a side committed: when, which, up to which entry.
fn commits(facts: &[Fact], side: Role) -> Vec<(SimTime, CpId, Lsn)> {
    let commits = facts.iter().filter_map(|fact| match fact.what {
        What::Committed(role, cp, lsn) if role == side => Some((fact.at, cp, lsn)),
        _ => None,
    });
    commits.collect()
}

fn seconds(seconds: u64) -> SimTime {
    SimTime::ZERO.after(Span::from_secs(seconds))
}

#[test]
fn all_policies_end_with_the_same_images() {
    for seed in 0..3 {
        let expected = run_with(&with(&[("policy", "references")], &[]), seed);
        for sets in [CP_ONLY, APPLIED, SNAPSHOTS] {
            let outcome = run_with(&with(sets, &[]), seed);
            let images = &outcome.finished.ending.images;
            assert_eq!(*images, expected.finished.ending.images, "{sets:?}, seed {seed}");
            let log = [Category::LogHeaders, Category::LogBlocks, Category::LogFragments];
            assert!(log.iter().all(|category| carried(&outcome, *category) == 0));
            assert_eq!(carried(&outcome, Category::Resync), 0);
            assert!(carried(&outcome, Category::CpBlocks) > 0);
            assert_eq!(outcome.figures.peaks.nvlog_file_bytes, 0, "log storage stays empty");
            assert_eq!(outcome.figures.exposed.out_of_sync, Span::ZERO);
        }
    }
}

/// Under `applied` every write waits for a CP, and starts one without a timer.
#[test]
fn cp_only_applied_answers_what_both_sides_have_committed() {
    let no_timer =
        [("source.consistency_point.every", "null"), ("clients.0.workload.count", "300")];
    let (outcome, facts) = observe(&with(APPLIED, &no_timer));
    assert!(outcome.figures.synchronization.consistency_points > 50);
    let (mut through, mut entries) = ([Lsn::ORIGIN; 2], BTreeMap::new());
    let mut answers = 0;
    for fact in &facts {
        match &fact.what {
            What::Appended(_, _, _, entry) => {
                entries.insert(entry.write, entry.lsn);
            }
            What::Committed(role, _, lsn) => through[*role as usize] = *lsn,
            What::Answered(_, id, Answer::Written) => {
                answers += 1;
                assert!(entries[id] <= through[0].min(through[1]), "{id} at {}", fact.at);
            }
            _ => {}
        }
    }
    assert_eq!(answers, 300);
}

/// Clients are answered by the source alone, whatever the round trip is.
#[test]
fn local_answers_do_not_wait_for_the_link() {
    for sets in [CP_ONLY, SNAPSHOTS] {
        let outcome = run_with(&with(sets, &[("wan.propagation", "200ms")]), 0);
        let longest = outcome.figures.write_latency.quantile(1.0);
        assert!(longest < 1_000_000, "{sets:?}: {longest} ns");
    }
}

/// Writes acknowledged at `at`, and of them those beyond `cut`.
fn acknowledged_beyond(facts: &[Fact], cut: Lsn, at: SimTime) -> (u64, u64) {
    let mut entries: BTreeMap<WriteId, (Lsn, u64)> = BTreeMap::new();
    let (mut lost, mut bytes) = (0, 0);
    for fact in facts.iter().take_while(|fact| fact.at < at) {
        match &fact.what {
            What::Appended(_, _, _, entry) => {
                entries.insert(entry.write, (entry.lsn, entry.range.length));
            }
            What::Answered(_, id, Answer::Written) => {
                let (lsn, length) = entries[id];
                if lsn > cut {
                    (lost, bytes) = (lost + 1, bytes + length);
                }
            }
            _ => {}
        }
    }
    (lost, bytes)
}

/// What a site disaster takes is exactly what the committed CP of the destination lacks (S1, S9), and
/// that is what the report says.
#[test]
fn a_site_disaster_takes_what_the_destination_lacks() {
    let faults = r#"[ { "kind": "disaster", "node": "source", "at": "7500ms" },
                      { "kind": "return", "node": "source", "at": "10s" } ]"#;
    for (sets, expected) in [(CP_ONLY, 1..400), (APPLIED, 0..1), (SNAPSHOTS, 100..700)] {
        let disaster = [("failover.at", "8s"), ("faults", faults)];
        let (outcome, facts) = observe(&with(sets, &disaster));
        let promoted = facts
            .iter()
            .find(|fact| matches!(fact.what, What::ChangedPart(Role::Destination, Part::Promoted)));
        let promoted = promoted.expect("the destination is promoted").at;
        let there = commits(&facts, Role::Destination);
        let image = there.iter().rfind(|(at, ..)| *at < seconds(8)).expect("it has one");
        let (lost, bytes) = acknowledged_beyond(&facts, image.2, promoted);
        let failure = outcome.figures.failures[0];
        assert_eq!((failure.lost_writes, failure.lost_bytes), (lost, bytes), "{sets:?}");
        assert!(expected.contains(&lost), "{sets:?}: {lost} writes");
        // The new reign begins with the image that was there, and nothing is replayed.
        let begun = there.iter().find(|(at, ..)| *at >= promoted).expect("it has a CP");
        assert_eq!(begun.2, image.2);
        assert!(!facts.iter().any(|fact| matches!(fact.what, What::Replayed(..))));
    }
}

/// Under `cp-only` a disaster in sync takes no more than two CPs, under `snapshot-delta` no more than
/// the age of the image.
#[test]
fn a_disaster_in_sync_takes_no_more_than_is_promised() {
    let faults = r#"[ { "kind": "disaster", "node": "source", "at": "7990ms" },
                      { "kind": "return", "node": "source", "at": "10s" } ]"#;
    let disaster = [("failover.at", "8s"), ("faults", faults)];
    for (sets, limit) in [(CP_ONLY, 2), (SNAPSHOTS, 5)] {
        for seed in 0..5 {
            let outcome = run_with(&with(sets, &disaster), seed);
            let lost = outcome.figures.failures[0].lost;
            assert!(lost < Span::from_secs(limit), "{sets:?}: {lost}");
        }
    }
}

/// Ticks are multiples of simulated time; a snapshot is the newest CP that is committed by then, and its
/// bytes count as those of a CP.
#[test]
fn snapshots_are_taken_by_the_clock() {
    let (outcome, facts) = observe(&with(SNAPSHOTS, &[]));
    let ticks: Vec<_> = facts
        .iter()
        .filter(|fact| matches!(fact.what, What::TimerFired(Role::Source, Timer::Snapshot)))
        .map(|fact| fact.at)
        .collect();
    assert!(ticks.iter().all(|at| at.as_nanos() % 2_000_000_000 == 0), "{ticks:?}");
    let own = commits(&facts, Role::Source);
    let taken = snapshots(&facts);
    assert!(taken.len() >= 6, "{}", taken.len());
    for ((fact, cp), tick) in taken.iter().zip(&ticks) {
        assert_eq!(fact.at, *tick);
        let newest = own.iter().rfind(|(at, ..)| *at <= *tick).expect("one is committed");
        assert_eq!(newest.1, *cp);
    }
    let there: Vec<_> = commits(&facts, Role::Destination).iter().map(|(_, cp, _)| *cp).collect();
    assert_eq!(there, taken.iter().map(|(_, cp)| *cp).collect::<Vec<_>>());
    assert_eq!(own.last().map(|(_, cp, _)| cp), there.last(), "the last CP is sent");
    assert!(there.len() < own.len(), "snapshots skip CPs");
    assert_eq!(outcome.figures.synchronization.consistency_points, there.len() as u64);
}

/// The shape of asynchronous mirroring as Patterson et al. measured it (FAST '02): the longer the
/// interval, the fewer bytes, since a block that is overwritten in between goes once. Every 15 min it
/// sent 30 to 80 % less than every write did.
#[test]
fn a_longer_interval_sends_less_of_what_is_overwritten() {
    let hour: &[(&str, &str)] = &[
        ("clients.0.workload.count", "36000"),
        ("clients.0.workload.arrival.mean", "100ms"),
        ("clients.0.workload.sizes", r#"[ { "size": "4KiB", "weight": 1 } ]"#),
        ("clients.0.workload.alignment", "4KiB"),
        ("clients.0.workload.span", "64MiB"),
        ("source.consistency_point.every", "10s"),
        ("source.nvram_half", "64MiB"),
    ];
    let sent = |sets: &[(&str, &str)]| sent_in_all(&run_with(&with(sets, hour), 0));
    let every = |interval| sent(&[("policy", "snapshot-delta"), ("snapshot.every", interval)]);
    let every_write = sent(&[("policy", "references")]);
    let by_interval = ["1min", "5min", "15min", "30min"].map(every);
    println!("every write {every_write} B; by 1, 5, 15, 30 min {by_interval:?} B");
    assert!(by_interval.is_sorted_by(|shorter, longer| shorter > longer), "{by_interval:?}");
    let saved = 100 - by_interval[2] * 100 / every_write;
    assert!((30..=80).contains(&saved), "every 15 min sends {saved} % less");
}

/// A crash of either side in the middle of a snapshot drops it; the next begins from what the
/// destination has.
#[test]
fn a_crash_in_the_middle_of_a_snapshot() {
    for (node, side) in [("source", Role::Source), ("destination", Role::Destination)] {
        let fault = format!(
            r#"[ {{ "kind": "crash", "node": "{node}", "restart_after": "500ms",
                    "when": {{ "step": "cp_block", "cp": 3, "k": 5 }} }} ]"#
        );
        let (_, facts) = observe(&with(SNAPSHOTS, &[("faults", &fault)]));
        let crash = support::place(&facts, |what| *what == What::Crashed(side));
        let (before, after) = facts.split_at(crash);
        assert_eq!(snapshots(before).last().map(|(_, cp)| *cp), Some(support::cp(3)));
        let there = commits(before, Role::Destination);
        assert_eq!(there.last().map(|(_, cp, _)| *cp), Some(support::cp(1)));
        let welcome = after.iter().find_map(|fact| match &fact.what {
            What::Sent(_, _, message) => match **message {
                Message::Welcome { committed, .. } => Some(committed),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(welcome, Some(support::cp(1)), "{node}");
        let in_sync = What::Noted(Role::Source, Note::Mirror(MirrorState::InSync));
        let again = support::place(after, |what| *what == in_sync);
        let taken = snapshots(&after[..again]);
        assert_eq!(taken.len(), 1, "{node}: in sync with the first snapshot of the session");
        let committed = commits(&after[..again], Role::Destination);
        assert_eq!(committed.last().map(|(_, cp, _)| *cp), Some(taken[0].1));
    }
}

/// Ticks that pass while the session is over are not made up for: one snapshot brings everything.
#[test]
fn an_outage_over_two_ticks() {
    let faults = r#"[ { "kind": "partition", "at": "3500ms", "for": "5s" } ]"#;
    let (outcome, facts) = observe(&with(SNAPSHOTS, &[("faults", faults)]));
    let taken = snapshots(&facts);
    let lost = taken.iter().find(|(_, cp)| *cp == support::cp(3)).expect("the tick at 4 s");
    assert_eq!(lost.0.at, seconds(4));
    let first = taken.iter().find(|(fact, _)| fact.at > seconds(5)).expect("another one");
    assert!(first.0.at > seconds(8) && first.0.at < seconds(10), "{}", first.0.at);
    let within: Vec<_> = taken.iter().filter(|(fact, _)| fact.at < seconds(10)).collect();
    assert_eq!(within.len(), 3, "at 2 s, at 4 s, and once after the outage");
    assert_eq!(outcome.figures.failures.len(), 1);
    assert_eq!(carried(&outcome, Category::Resync), 0, "a snapshot is no resynchronization");
}

/// Over a link that takes longer than two intervals the ticks that come meanwhile are kept as one.
#[test]
fn a_tick_during_a_transfer_is_kept_once() {
    let slow = [("wan.bandwidth", "2Mbit/s"), ("snapshot.every", "1s"), ("timeout", "10s")];
    let (outcome, facts) = observe(&with(SNAPSHOTS, &slow));
    let fired = |fact: &&Fact| matches!(fact.what, What::TimerFired(_, Timer::Snapshot));
    let (taken, ticks) = (snapshots(&facts).len(), facts.iter().filter(fired).count());
    assert!(2 * taken < ticks, "{taken} snapshots, {ticks} ticks");
    assert_eq!(outcome.figures.exposed.out_of_sync, Span::ZERO);
    let there = commits(&facts, Role::Destination);
    let kept = snapshots(&facts)[1];
    // It begins as soon as CP_ACK of the one before is there.
    let gap = kept.0.at.since(there[0].0);
    assert!(gap < Span::from_millis(100), "{gap}");
}

/// The facts of a run with snapshots, to be judged by another promise or after a change.
fn snapshot_run(sets: &[(&str, &str)]) -> Run {
    Run::clean(BASE, &[SNAPSHOTS, sets].concat())
}

#[test]
fn l1_a_snapshot_that_comes_late() {
    let quick: &[(&str, &str)] = &[("timeout", "100ms"), ("wan.bandwidth", "10Gbit/s")];
    let mut run = snapshot_run(&[quick, &[("snapshot.every", "5s")]].concat());
    run.scenario = with(SNAPSHOTS, &[quick, &[("snapshot.every", "1s")]].concat());
    run.assert_found("L1", (SOURCE, "snapshot_late"), &["CP 1 is not on the destination"]);
}

#[test]
fn s4_a_snapshot_that_goes_back_or_ahead() {
    let is_there = |what: &What| matches!(what, What::Committed(Role::Destination, ..));
    let mut ahead = snapshot_run(&[]);
    let committed = ahead.nth(0, is_there);
    let own = |what: &What| matches!(what, What::Committed(Role::Source, ..));
    let early = ahead.facts.remove(committed);
    let first = ahead.nth(0, own);
    ahead.facts.insert(first, early);
    ahead.assert_found("S4", (DESTINATION, "ahead"), &["while the source is at CP 0"]);
    let mut back = snapshot_run(&[]);
    let (older, newer) = (back.nth(1, is_there), back.nth(2, is_there));
    let again = back.facts[older].what.clone();
    back.facts[newer].what = again;
    back.assert_found("S4", (DESTINATION, "not_the_next"), &["was committed after"]);
}

#[test]
fn s18_in_sync_before_the_first_snapshot_of_a_session() {
    let faults = r#"[ { "kind": "partition", "at": "3500ms", "for": "5s" } ]"#;
    let mut run = snapshot_run(&[("faults", faults)]);
    let is_in_sync = |what: &What| matches!(what, What::Sent(_, _, message) if matches!(**message, Message::InSync { .. }));
    let said = run.nth(0, is_in_sync);
    let fact = run.facts.remove(said);
    let is_welcome = |what: &What| matches!(what, What::Sent(_, _, message) if matches!(**message, Message::Welcome { .. }));
    let welcome = run.nth(0, is_welcome);
    run.facts.insert(welcome + 1, fact);
    run.assert_found("S18", (SOURCE, "in_sync_too_soon"), &["when the session began"]);
}

#[test]
fn l3_the_last_snapshot_that_is_not_sent() {
    let mut run = snapshot_run(&[]);
    let is_there = |what: &What| matches!(what, What::Committed(Role::Destination, ..));
    let last = run.facts.iter().rposition(|fact| is_there(&fact.what)).expect("there is one");
    run.facts.remove(last);
    run.assert_found("L3", (SOURCE, "not_the_last"), &["but the destination is at"]);
}

/// Spec 6.4, S14: what changed and is not sent shows when the snapshot ends.
#[test]
fn s14_a_block_left_out_of_a_snapshot() {
    let mut run = snapshot_run(&[]);
    let is_data = |what: &What| matches!(what, What::Sent(_, _, message) if matches!(**message, Message::CpData { .. }));
    let data = run.nth(0, is_data);
    let What::Sent(_, _, message) = &mut run.facts[data].what else { unreachable!() };
    let Message::CpData { items, .. } = Rc::make_mut(message) else { unreachable!() };
    items.pop();
    run.assert_found("S14", (SOURCE, "untracked_block"), &["was sent without"]);
}

/// S18 of `cp-only` under `local`: an acknowledged write is in NVRAM or in a CP of the destination.
#[test]
fn s18_and_s1a_of_consistency_points_alone() {
    let mut run = Run::clean(BASE, CP_ONLY);
    let freed = run.nth(0, |what| matches!(what, What::HalfFreed(..)));
    let fact = run.facts.remove(freed);
    let written = |what: &What| matches!(what, What::Answered(_, _, Answer::Written));
    let first = run.nth(0, written);
    run.facts.insert(first, fact);
    run.assert_found("S1a", (DESTINATION, "copy_missing"), &["neither in NVRAM nor in a CP"]);
}

/// Both sides of both policies in what the scenario says of itself.
#[test]
fn the_rule_that_is_left_out_is_that_of_the_policy() {
    for (policy, rule) in
        [("references", "logged"), ("cp-only", "local"), ("snapshot-delta", "local")]
    {
        let scenario = scenario(BASE, &[("policy", policy)]);
        let says = |words: &str| scenario.canonical().contains(words);
        assert!(says(&format!(r#""ack": "{rule}""#)), "{policy}");
        assert_eq!(says(r#""snapshot": { "every": "1min" }"#), policy == "snapshot-delta");
        let again = Scenario::parse(scenario.canonical(), &[]).expect("it reads back");
        assert_eq!(again.canonical(), scenario.canonical());
    }
}
