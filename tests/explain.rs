//! Explanations: for each wrong protocol the chain ends at the rule that it breaks, which an
//! explanation does not know; in a dozen lines that people can read.

use mirrorsim::explain::{Effect, Events, Explanation, Rule, TakeOut, explain, render};
use mirrorsim::protocol::Sabotage;
use mirrorsim::scenario::Scenario;
use mirrorsim::workload::Traces;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

/// Where each wrong protocol is wrong.
const PLACES: &[(&str, Rule)] = &[
    ("keep-reference-after-partial", Rule::ChooseItem),
    ("no-copy-on-write", Rule::CopyOnWrite),
    ("reuse-transfer-id-early", Rule::GiveTransferId),
    ("free-nvlog-at-begin", Rule::FreeLog),
    ("resolve-in-wrong-file", Rule::Resolve),
    ("switch-file-on-begin", Rule::SwitchLog),
    ("ack-before-destination", Rule::AnswerWrite),
    ("commit-without-counting", Rule::CommitComplete),
    ("apply-in-place", Rule::CommitAtomic),
    ("replay-in-arrival-order", Rule::ReplayOrder),
    ("replay-newest-file-only", Rule::ReplayAll),
    ("replay-committed-file", Rule::ReplayNewer),
    ("log-not-rescanned", Rule::ReadLog),
    ("accept-stale-epoch", Rule::AcceptMessage),
    ("block-number-off-by-one", Rule::NumberBlock),
    ("send-live-buffer", Rule::SendFrozen),
    ("clear-tracking-on-send", Rule::TrackChanges),
    ("resync-overtakes-write", Rule::ResyncOrder),
    ("promote-in-resync", Rule::GuardPromotion),
    ("late-generation", Rule::RecordReign),
    ("free-half-before-ack", Rule::FreeHalf),
    ("full-bound-starts-no-cp", Rule::StartCp),
    ("apply-retry-twice", Rule::KnowRetry),
    ("in-sync-too-soon", Rule::DeclareInSync),
    ("trust-log-storage", Rule::CheckLog),
    ("reference-metadata", Rule::ChooseItem),
    ("ignore-id-wrap", Rule::GiveTransferId),
    ("empty-log-after-loss", Rule::DeclareLoss),
    ("kept-trigger-takes-number", Rule::NumberCp),
    ("mark-replayed-early", Rule::ReplayAgain),
    ("count-duplicates", Rule::CountEntries),
    ("strict-answers-waiting", Rule::HoldStrict),
    ("frozen-buffers-uncounted", Rule::KeepBound),
    ("read-frozen-buffer", Rule::ServeRead),
    ("only-aligned-references", Rule::ChooseItem),
    ("forget-old-root", Rule::WriteMetadata),
    ("cp-owes-no-answer", Rule::SendAgain),
    ("flush-waits-for-write", Rule::AnswerFlush),
    ("session-tried-once", Rule::TryAgain),
    ("forget-commit-during-flush", Rule::FlushLog),
    ("scan-per-entry", Rule::ReplayInTime),
    ("ignore-nak", Rule::AnswerNak),
    ("resync-from-original", Rule::ResyncBase),
    ("serve-after-lease", Rule::HoldLease),
    ("lease-from-witness", Rule::GiveLease),
    ("pieces-out-of-order", Rule::PutTogether),
    ("apply-before-all-came", Rule::ApplyLog),
];

/// Failures that are explained of each, and of them those whose place must be named.
const FAILURES: usize = 10;
const NAMED: usize = 9;
/// Seeds within which so many fail.
const SEEDS: u64 = 60;
/// Lines of an explanation, at most.
const LINES: usize = 12;

fn path(slug: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sabotage");
    folder.join(format!("{slug}.json"))
}

fn scenario(slug: &str) -> Scenario {
    let text = std::fs::read_to_string(path(slug)).expect("each has its scenario");
    Scenario::parse(&text, &[]).unwrap_or_else(|error| panic!("{slug}: {error}"))
}

fn explained(scenario: &Scenario, seed: u64) -> Option<Explanation> {
    let explained = explain(scenario, seed, &Traces::new(), None, TakeOut::Each);
    explained.expect("the scenario makes sense")
}

#[test]
fn each_wrong_protocol_has_its_place() {
    let mut named: Vec<_> = PLACES.iter().map(|(slug, _)| *slug).collect();
    let all = Sabotage::ALL.iter().chain(Sabotage::BEYOND).map(|sabotage| sabotage.key());
    let mut present: Vec<_> = all.collect();
    named.sort_unstable();
    present.sort_unstable();
    assert_eq!(named, present);
}

/// The rule of each failure, and every explanation short enough to be read.
fn rules(slug: &str) -> Vec<Rule> {
    let (scenario, traces) = (scenario(slug), Traces::new());
    let mut rules = Vec::new();
    for seed in 0..SEEDS {
        let explained = explain(&scenario, seed, &traces, None, TakeOut::None);
        let Some(explanation) = explained.expect("the scenario makes sense") else { continue };
        let text = render(&explanation);
        assert!(text.lines().count() <= LINES, "{slug} with seed {seed}:\n{text}");
        assert!(text.contains(explanation.rule.words()), "{text}");
        rules.push(explanation.rule);
        if rules.len() == FAILURES {
            break;
        }
    }
    rules
}

#[test]
fn the_chain_names_the_place_of_the_wrong_rule() {
    let misled = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for half in PLACES.chunks(PLACES.len().div_ceil(2)) {
            let misled = &misled;
            scope.spawn(move || {
                for (slug, place) in half {
                    let rules = rules(slug);
                    assert_eq!(rules.len(), FAILURES, "{slug} fails often enough");
                    if rules.iter().filter(|rule| *rule == place).count() < NAMED {
                        misled.lock().expect("no thread died").push((slug, rules));
                    }
                }
            });
        }
    });
    let misled = misled.into_inner().expect("no thread died");
    assert!(misled.is_empty(), "the place is another one: {misled:?}");
}

/// A fault without which the violation is gone is told from one that has no part in it.
#[test]
fn necessary_faults_are_told_from_idle_ones() {
    let scenario = scenario("mark-replayed-early");
    let faults = explained(&scenario, 0).expect("it fails").faults;
    let found: Vec<_> = faults.iter().map(|f| (f.kind.as_str(), &f.without)).collect();
    // The operator's promotion alone needs no disaster; only the crash cuts the replay short.
    assert_eq!(found, [("disaster", &Effect::Stays), ("crash", &Effect::Gone)]);
}

/// One message came twice, and that is all it took.
#[test]
fn the_necessary_event_of_chance_is_named() {
    let text = std::fs::read_to_string(path("count-duplicates")).expect("it has its scenario");
    let early = [("faults.0.for".to_owned(), "12ms".to_owned())];
    let scenario = Scenario::parse(&text, &early).expect("it makes sense");
    let events = explained(&scenario, 0).expect("it fails").events;
    assert_eq!(events.needed, ["the second copy of message 1 to the destination"]);
}

/// A message that was lost looks guilty and is not: had it not been lost, it would have come after the
/// commit that did not wait for it.
#[test]
fn what_looks_guilty_is_tried_all_the_same() {
    let found = explained(&scenario("commit-without-counting"), 0).expect("it fails");
    assert!(found.lines.iter().any(|line| line.text.contains("(message 67): lost")));
    assert!(found.faults.is_empty(), "the link itself loses messages");
    let Events { found, tried, needed, moving } = found.events;
    assert_eq!((found, tried), (9, 9));
    assert!(!needed.iter().chain(&moving).any(|name| name.contains("message 67")), "{moving:?}");
}

#[test]
fn a_run_that_keeps_every_property_has_nothing_to_explain() {
    let text = r#"{ "clients": [ { "workload": { "count": 20 } } ] }"#;
    let scenario = Scenario::parse(text, &[]).expect("it makes sense");
    assert_eq!(explained(&scenario, 1), None);
}

/// Explanations as people read them, one for each property's first wrong protocol: the texts are kept
/// and written anew with `UPDATE_GOLDEN=1`.
#[test]
fn explanations_read_as_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    for (slug, _) in PLACES {
        let scenario = scenario(slug);
        let found = (0..SEEDS)
            .find_map(|seed| explained(&scenario, seed).map(|explanation| (seed, explanation)));
        let (seed, explanation) = found.expect("some seed fails");
        let text = format!("{slug} with seed {seed}\n{}", render(&explanation));
        let file = folder.join(format!("{slug}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder can be made");
            std::fs::write(&file, &text).expect("the file can be written");
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(kept, text, "{slug}: another explanation; UPDATE_GOLDEN=1 keeps it");
    }
}
