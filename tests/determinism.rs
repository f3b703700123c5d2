//! S24: the same scenario and seed give the same facts, byte for byte; and what one client does, or
//! what a link draws, does not depend on who else is there.

mod support;

use mirrorsim::batch;
use mirrorsim::facts::{Direction, Fact, What};
use mirrorsim::protocol::{ClientId, Operation};
use mirrorsim::random::{Choice, Decisions, Key, Purpose, Seeded};
use mirrorsim::scenario::Scenario;
use mirrorsim::units::SimTime;
use mirrorsim::workload::Traces;
use std::cell::RefCell;
use support::{Kept, listed, scenario};

/// Two open-loop clients over a link with jitter.
const TWO: &str = r#"{ "clients": [
    { "name": "stays", "workload": { "count": 300, "sizes": [ { "size": "4KiB", "weight": 3 },
      { "size": "1KiB", "weight": 1 } ], "alignment": "512B", "span": "16MiB", "reads": "10%",
      "arrival": { "kind": "poisson", "mean": "1ms" } } },
    { "name": "goes", "workload": { "count": 300, "span": "16MiB", "volume": 1,
      "addresses": { "kind": "zipf" }, "arrival": { "kind": "on-off", "mean": "200us" } } } ],
  "source": { "nvram_half": "256KiB" },
  "wan": { "transport": "datagram", "propagation": "3ms", "jitter": "2ms" } }"#;

/// The digest of a run.
fn digest(scenario: &Scenario, seed: u64) -> String {
    let outcome = batch::run(scenario, seed, &Traces::new(), None, &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.verdict.is_pass(), "{:#?}", outcome.verdict.violations);
    outcome.finished.digest
}

fn facts(scenario: &Scenario, seed: u64) -> Vec<Fact> {
    let mut kept = Kept::default();
    let outcome = batch::run(scenario, seed, &Traces::new(), Some(&mut kept), &mut |_, _| {});
    assert!(outcome.unwrap_or_else(|error| panic!("{error}")).verdict.is_pass());
    kept.0
}

#[test]
fn the_same_seed_gives_the_same_facts() {
    let scenario = scenario(TWO, &[]);
    assert_eq!(digest(&scenario, 1), digest(&scenario, 1));
    assert_eq!(facts(&scenario, 1), facts(&scenario, 1));
}

#[test]
fn another_seed_gives_other_facts() {
    let scenario = scenario(TWO, &[]);
    let digests: std::collections::BTreeSet<_> =
        (0..8).map(|seed| digest(&scenario, seed)).collect();
    assert_eq!(digests.len(), 8);
}

/// The seed reaches everything that is drawn, the link's jitter alone included.
#[test]
fn jitter_follows_the_seed() {
    let writes: Vec<_> = (0..20).map(|block| (4096 * block, 4096)).collect();
    let still = listed(&writes, &[]);
    assert_eq!(digest(&still, 1), digest(&still, 2), "nothing is drawn, so seeds do not matter");
    let jitter = listed(&writes, &[("wan.jitter", "1ms")]);
    assert_ne!(digest(&jitter, 1), digest(&jitter, 2));
}

/// The fingerprints of two small runs, as they must be in every process, on every machine, in debug
/// and release builds. They move when anything moves that facts show: the protocol, a default, a
/// model's timing, the generator, the form of facts. Whoever changes one of these on purpose copies
/// the new values from the failure and says in the commit which change moved them; when they move
/// without such a change, something has become nondeterministic.
#[test]
fn digests_are_the_same_everywhere() {
    let fixed = listed(&[(0, 4096), (512, 20480), (8192, 100), (0, 4096)], &[]);
    let drawn = scenario(TWO, &[]);
    assert_eq!([digest(&fixed, 0), digest(&drawn, 7)], [FIXED, DRAWN]);
}

const FIXED: &str = "b7b587dff88a946d4e27b2308890a156";
const DRAWN: &str = "29c98f4ab3ddeb846cb1a478f58cca39";

/// What client 0 asked for, and when.
fn requests(facts: &[Fact]) -> Vec<(SimTime, u64, Operation)> {
    let asked = facts.iter().filter_map(|fact| match &fact.what {
        What::Requested(request) if request.id.client == ClientId(0) => {
            Some((fact.at, request.id.op.0, request.operation))
        }
        _ => None,
    });
    asked.collect()
}

/// Common random numbers: with one client taken out, the other asks for the same at the same times.
#[test]
fn a_client_does_not_notice_that_another_is_gone() {
    let both = scenario(TWO, &[]);
    let mut alone = both.clone();
    alone.clients.truncate(1);
    let (both, alone) = (facts(&both, 3), facts(&alone, 3));
    assert_eq!(requests(&alone).len(), 300);
    assert!(both.len() > alone.len(), "the other client really is gone");
    assert_eq!(requests(&both), requests(&alone));
}

/// Delay of each message of a direction beyond the first bit's propagation: arrival − departure.
fn delays(facts: &[Fact], direction: Direction) -> Vec<u64> {
    let mut departed = std::collections::BTreeMap::new();
    let mut delays = std::collections::BTreeMap::new();
    for fact in facts {
        match &fact.what {
            What::Departed(way, number, _) if *way == direction => {
                departed.insert(*number, fact.at);
            }
            What::Arrived(way, number) if *way == direction => {
                delays.insert(*number, fact.at.since(departed[number]).as_nanos());
            }
            _ => {}
        }
    }
    delays.into_values().collect()
}

/// The n-th message of a direction is delayed by the same jitter, whatever it is and whenever it
/// leaves.
#[test]
fn jitter_belongs_to_the_number_of_the_message() {
    let both = scenario(TWO, &[]);
    let mut alone = both.clone();
    alone.clients.truncate(1);
    let (both, alone) = (facts(&both, 3), facts(&alone, 3));
    for direction in Direction::BOTH {
        let (more, fewer) = (delays(&both, direction), delays(&alone, direction));
        assert!(more.len() > fewer.len() && fewer.len() > 100);
        assert_eq!(more[..fewer.len()], fewer, "{direction:?}");
        let propagation = 3_000_000;
        assert!(fewer.iter().all(|delay| (propagation..=propagation + 2_000_000).contains(delay)));
        assert!(fewer.iter().any(|delay| *delay > propagation + 1_000_000), "it does vary");
    }
}

/// Hands decisions through and notes what they were about.
struct Listening<'a> {
    inner: Seeded,
    keys: &'a RefCell<Vec<Key>>,
}

impl Decisions for Listening<'_> {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        self.keys.borrow_mut().push(key);
        self.inner.decide(key, choice)
    }
}

/// No decision is drawn twice under one address: two that share an address would move together.
#[test]
fn every_decision_has_an_address_of_its_own() {
    let keys = RefCell::new(Vec::new());
    let mut decisions = Listening { inner: Seeded::new(5), keys: &keys };
    let scenario = scenario(TWO, &[]);
    let run = mirrorsim::simulation::Simulation::new(
        &scenario,
        &Traces::new(),
        &mut decisions,
        Vec::new(),
    );
    run.unwrap_or_else(|error| panic!("{error}")).run(&mut |_, _| {});
    let keys = keys.into_inner();
    let purposes: std::collections::BTreeSet<_> = keys.iter().map(|key| key.purpose).collect();
    assert!(purposes.contains(&Purpose::Jitter) && purposes.len() >= 5, "{purposes:?}");
    let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
}
