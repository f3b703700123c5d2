//! S15 and S16 where a witness decides (Spec 7.6): facts of a run that kept every property are
//! tampered with, and each way is found as that property.

mod support;

use mirrorsim::facts::What;
use mirrorsim::protocol::Message;
use mirrorsim::protocol::witness::{Member, Standing};
use support::tamper::{DESTINATION, Run, SOURCE};

/// The witness promotes the destination.
fn failover() -> Run {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/automatic-failover.json");
    Run::clean(&std::fs::read_to_string(path).expect("the scenario is there"), &[])
}

fn is_ruling(what: &What) -> bool {
    matches!(what, What::WitnessSaved(_))
}

/// The grant never became durable: nobody was to be promoted, or to call the other.
#[test]
fn s15_s16_a_promotion_that_was_not_granted() {
    let mut run = failover();
    run.facts.retain(|fact| !is_ruling(&fact.what));
    run.assert_found("S15", (DESTINATION, "not_granted"), &["without the witness's grant"]);
    run.assert_found("S16", (DESTINATION, "no_consent"), &["HELLO of reign 2"]);
}

/// The source had gone on alone before, by the witness's leave.
#[test]
fn s15_a_grant_over_a_source_that_may_be_ahead() {
    let mut run = failover();
    let grant = run.first(is_ruling);
    let mut before = run.facts[grant].clone();
    let What::WitnessSaved(state) = &mut before.what else { unreachable!("it is a ruling") };
    (state.reigning, state.standing) = (Member::First, Standing::Alone);
    run.facts.insert(grant, before);
    run.assert_found("S15", (DESTINATION, "granted_over_consent"), &["over a source that may"]);
}

/// The grant came while the old source still served.
#[test]
fn s16_a_source_that_serves_after_the_other_was_granted() {
    let mut run = failover();
    let grant = run.first(is_ruling);
    let early = run.facts.remove(grant);
    run.facts.insert(0, early);
    run.assert_found("S16", (SOURCE, "old_source_serves"), &["after the other's promotion"]);
}

/// No heartbeat was answered: the source serves without a lease.
#[test]
fn s16_a_source_that_serves_without_a_lease() {
    let mut run = failover();
    run.facts.retain(|fact| match &fact.what {
        What::Sent(_, _, message) => !matches!(**message, Message::HeartbeatAnswer { .. }),
        _ => true,
    });
    run.assert_found("S16", (SOURCE, "no_lease"), &["was answered with no lease since"]);
}
