//! Every check can fail, as in `prove.rs`: that a replay is idempotent (S11), that what comes again
//! changes nothing (S12), and that what takes time ends in time (L6–L8).

mod support;

use mirrorsim::facts::{Direction, Fact, Role, What};
use mirrorsim::protocol::{Item, Message, OpNumber, Purpose, Refusal};
use mirrorsim::units::{SimTime, Span};
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

/// Place of the last fact that `wanted` accepts.
fn last(run: &Run, wanted: impl Fn(&What) -> bool) -> usize {
    run.facts.iter().rposition(|fact| wanted(&fact.what)).expect("the run has such a fact")
}

/// The message of a fact of this direction, to be tampered with.
fn sent(what: &mut What, way: Direction) -> Option<&mut Message> {
    match what {
        What::Sent(direction, _, message) if *direction == way => Some(Rc::make_mut(message)),
        _ => None,
    }
}

#[test]
fn s11_an_entry_replayed_twice_or_again() {
    let mut run = facts_of("site-disaster-in-sync");
    let first = run.first(is_replayed);
    run.facts.insert(first, run.facts[first].clone());
    run.assert_found("S11", (SOURCE, "replayed_twice"), &["replayed twice by one life"]);
    let mut run = facts_of("crash-in-replay");
    let assigned = last(&run, |what| matches!(what, What::HalfAssigned(..)));
    let What::HalfAssigned(_, _, point) = run.facts[assigned].what else { unreachable!() };
    let commits =
        |what: &What| matches!(what, What::Committed(Role::Source, cp, _) if *cp == point);
    let committed = run.first(commits);
    run.facts.insert(committed + 1, run.facts[assigned].clone());
    run.assert_found("S11", (SOURCE, "replayed_again"), &["though the image holds"]);
}

#[test]
fn s11_a_second_replay_that_is_not_as_the_first() {
    let run = facts_of("promoted-destination-crashes");
    let restarted = last(&run, |what| matches!(what, What::Restarted(Role::Destination)));
    let again = last(&run, is_replayed);
    assert!(restarted < again, "the replay was interrupted");
    let mut forgets = run.clone();
    forgets.facts.remove(again);
    forgets.assert_found("S11", (SOURCE, "forgotten"), &["was interrupted", "not by the next"]);
    let mut other = run;
    if let What::Replayed(_, _, _, entry) = &mut other.facts[again].what {
        entry.write.op = OpNumber(999_999);
    }
    other.assert_found("S11", (SOURCE, "other_entry"), &["c0#999999 in this replay"]);
}

/// Datagrams of which every fifth comes twice.
fn duplicates() -> Run {
    let text = r#"{ "clients": [ { "workload": { "count": 60 } } ],
        "wan": { "transport": "datagram", "propagation": "2ms" },
        "faults": [ { "kind": "duplication", "rate": "20%" } ] }"#;
    Run::clean(text, &[])
}

/// Puts a copy of a fact behind the refusal of a transfer that came before, as its consequence.
fn follow_duplicate(run: &mut Run, wanted: impl Fn(&What) -> bool) {
    let refused = |what: &What| matches!(what, What::Refused(_, Refusal::Duplicate));
    let place = run.first(refused);
    let copied = run.facts[run.first(wanted)].clone();
    let Fact { cause, at, .. } = run.facts[place];
    run.facts.insert(place + 1, Fact { cause, at, ..copied });
}

#[test]
fn s12_what_comes_again_changes_something() {
    let mut run = duplicates();
    follow_duplicate(&mut run, |what| matches!(what, What::LogWriteAsked(..)));
    run.assert_found("S12", (DESTINATION, "duplicate_counts"), &["NVLog", "once more"]);
    let mut run = duplicates();
    follow_duplicate(&mut run, |what| matches!(what, What::VolumeWriteAsked(..)));
    run.assert_found("S12", (SOURCE, "duplicate_counts"), &["volume 0 block", "be written"]);
    let mut run = duplicates();
    follow_duplicate(&mut run, |what| matches!(what, What::Answered(..)));
    run.assert_found("S12", (SOURCE, "duplicate_counts"), &["made c0#", "be answered"]);
    let mut run = duplicates();
    follow_duplicate(&mut run, |what| matches!(what, What::HalfFreed(..)));
    run.assert_found("S12", (SOURCE, "duplicate_counts"), &["half be freed"]);
    let mut run = duplicates();
    let refused = run.first(|what| matches!(what, What::Refused(_, Refusal::Duplicate)));
    let cause = run.facts[refused].cause;
    let caused = run.facts.iter_mut().filter(|fact| fact.cause == cause);
    let mut messages = caused.filter_map(|fact| sent(&mut fact.what, Direction::ToSource));
    let Some(Message::LogAck { through, .. }) = messages.next() else { unreachable!() };
    through.sequence += 1;
    run.assert_found("S12", (DESTINATION, "duplicate_counts"), &["acknowledged LSN", "after"]);
}

#[test]
fn l6_a_failover_that_takes_too_long() {
    let mut run = facts_of("site-disaster-in-sync");
    let serves = run.first(|what| matches!(what, What::Serves(_)));
    run.facts[serves].at = run.facts[serves].at.after(Span::from_secs(1));
    run.assert_found("L6", (SOURCE, "failover_too_long"), &["are enough for a log of"]);
}

#[test]
fn l7_a_nak_without_an_answer_and_one_that_is_open() {
    let answers = |fact: &mut Fact| {
        let message = sent(&mut fact.what, Direction::ToDestination);
        matches!(message, Some(Message::NakAnswer { .. }))
    };
    let mut run = facts_of("bit-rot-under-a-reference");
    let answer = run.facts.iter_mut().rposition(answers).expect("a NAK is answered");
    run.facts.remove(answer);
    let naks = |what: &What| {
        matches!(what, What::Sent(Direction::ToSource, _, message)
        if matches!(**message, Message::Nak { .. }))
    };
    let What::Sent(_, number, _) = run.facts[last(&run, naks)].what else { unreachable!() };
    let arrives =
        |what: &What| matches!(what, What::Arrived(Direction::ToSource, it) if *it == number);
    let arrival = run.first(arrives);
    run.facts[arrival].at = SimTime::ZERO;
    run.scenario.parameters.timeout = Span::from_millis(1);
    run.assert_found("L7", (SOURCE, "nak_unanswered"), &["has no answer after", "are enough"]);
    let mut run = facts_of("bit-rot-under-a-reference");
    run.drop_all(|what| matches!(what, What::Committed(Role::Destination, ..)));
    run.assert_found("L7", (SOURCE, "nak_open"), &["the NAK of volume 0 block", "is open"]);
}

#[test]
fn l8_a_pass_that_sends_what_is_there_and_one_that_never_ends() {
    let mut run = facts_of("link-flap");
    run.edit_message(|message| match message {
        Message::CpData { purpose: Purpose::Resync, items, .. } => {
            let address = items[0].address;
            let body = items[0].body.clone();
            items.push(Item { address: support::block(address.index + 1_000_000), body });
            true
        }
        _ => false,
    });
    run.assert_found("L8", (SOURCE, "sent_again"), &["sends volume 0 block", "did not change"]);
    let mut run = facts_of("link-flap");
    let in_full = |what: &What| {
        matches!(what, What::Sent(_, _, message)
        if matches!(**message, Message::CpBegin { transfers: None, .. }))
    };
    let begin = last(&run, in_full);
    run.facts[begin].at = SimTime::ZERO;
    run.assert_found("L8", (SOURCE, "pass_too_long"), &["is not committed after"]);
}

#[test]
fn l8_in_sync_long_after_all_was_over() {
    let text = r#"{ "clients": [ { "workload": { "count": 40,
        "arrival": { "kind": "poisson", "mean": "10ms" } } } ], "timeout": "100ms",
      "faults": [ { "kind": "partition", "at": "50ms" } ] }"#;
    let mut run = Run::clean(text, &[]);
    let declared = run.first(|what| {
        matches!(what, What::Sent(_, _, message)
        if matches!(**message, Message::InSync { .. }))
    });
    run.facts[declared].at = run.facts[declared].at.after(Span::from_secs(3600));
    let words = ["in sync only", "after workload and faults were over"];
    run.assert_found("L8", (SOURCE, "in_sync_late"), &words);
}

/// The steps of a promotion were once never taken, so that no fault planned for one of them came: then
/// nothing above about a second replay would prove anything.
#[test]
fn faults_at_steps_of_a_promotion_happen() {
    for step in ["promotion", "promotion_replay", "first_write_after_promotion"] {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/promoted-destination-crashes.json");
        let text = std::fs::read_to_string(path).expect("the scenario is there");
        let faults = format!(
            r#"[ {{ "kind": "disaster", "node": "source", "at": "5s" }},
                 {{ "kind": "crash", "node": "destination", "when": {{ "step": "{step}" }},
                    "restart_after": "300ms" }},
                 {{ "kind": "return", "node": "source", "at": "10s" }} ]"#
        );
        let run = Run::clean(&text, &[("faults", &faults)]);
        let crashes = |fact: &&Fact| matches!(fact.what, What::Crashed(Role::Destination));
        assert_eq!(run.facts.iter().filter(crashes).count(), 1, "{step}");
    }
}
