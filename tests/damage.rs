//! Faults of media end to end (Spec 8.2): they strike, nodes notice, nothing wrong is served, sent or
//! committed, and S19 would tell.

mod support;

use mirrorsim::batch;
use mirrorsim::facts::{Fact, Role, Spot, What};
use mirrorsim::protocol::block::{Contents, Origin, Runs};
use mirrorsim::protocol::{FaultId, MirrorState, Note, Outcome, Refusal, SessionEnd};
use mirrorsim::workload::Traces;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use support::tamper::{DESTINATION, Run, SOURCE, clean};
use support::{Kept, observe, scenario};

/// Whole blocks all over a span, so that references come; a cache so small that most of them are read
/// back from log storage. Faults: as given.
fn log_run(faults: &str) -> (batch::Outcome, Vec<Fact>) {
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "kind": "synthetic", "count": 800, "span": "8MiB",
                "alignment": "4KiB", "sizes": [ {{ "size": "8KiB", "weight": 1 }} ],
                "arrival": {{ "kind": "closed", "depth": 8, "think": "1ms" }} }} }} ],
             "source": {{ "consistency_point": {{ "every": "50ms" }} }},
             "wan": {{ "propagation": "1ms" }},
             "destination": {{ "cache": "16KiB" }}, "faults": [ {faults} ] }}"#
    );
    observe(&scenario(&text, &[]))
}

fn count(facts: &[Fact], wanted: impl Fn(&What) -> bool) -> usize {
    facts.iter().filter(|fact| wanted(&fact.what)).count()
}

fn is_felt(what: &What) -> bool {
    matches!(what, What::FaultFelt(_))
}

/// Spec 5.4: what fails its check is NAKed, and comes in full as it was frozen.
#[test]
fn damage_in_the_log_under_a_reference_is_naked() {
    for kind in ["bit-rot", "latent-error", "lost-write", "misdirected-write"] {
        let fault = format!(
            r#"{{ "kind": "{kind}", "device": "destination.log", "rate": "3%", "at": "0s" }}"#
        );
        let (outcome, facts) = log_run(&fault);
        assert!(count(&facts, is_felt) > 3, "{kind}");
        let failed = count(&facts, |what| {
            matches!(what, What::CheckFailed(DESTINATION, Spot::Log(_, _, 4096)))
        });
        assert!(failed > 0, "{kind}");
        let naks = outcome.figures.synchronization.naks;
        assert_eq!(naks, failed as u64, "{kind}: each is answered in full");
    }
}

/// A block names its own place: the read is done again, and nobody need send anything.
#[test]
fn a_misdirected_read_of_the_log_is_done_again() {
    let (outcome, facts) =
        log_run(r#"{ "kind": "misdirected-read", "device": "destination.log", "rate": "5%" }"#);
    let failed = count(&facts, |what| matches!(what, What::CheckFailed(..)));
    assert!(failed > 0 && failed == count(&facts, is_felt));
    assert_eq!(outcome.figures.synchronization.naks, 0);
}

/// Draws are the fault's own: only while it is on, and the same whatever else is planned.
#[test]
fn a_fault_strikes_only_while_it_is_on() {
    let rot = r#"{ "kind": "bit-rot", "device": "destination.log", "rate": "50%", "at": "100ms",
                   "for": "50ms", "number": 4 }"#;
    let (_, facts) = log_run(rot);
    let felt = |fact: &&Fact| is_felt(&fact.what);
    let times: BTreeSet<_> = facts.iter().filter(felt).map(|fact| fact.at.as_nanos()).collect();
    let (first, last) = (times.first().copied(), times.last().copied());
    assert!(
        times.len() > 5 && first >= Some(100_000_000) && last <= Some(150_000_000),
        "{times:?}"
    );
    let later = r#"{ "kind": "stall", "device": "source.disk", "at": "300s", "for": "1s" }"#;
    let (_, again) = log_run(&format!("{later}, {rot}"));
    let again: BTreeSet<_> = again.iter().filter(felt).map(|fact| fact.at.as_nanos()).collect();
    assert_eq!(times, again);
}

/// A run of reads and partial writes while the disks of the source do wrong.
fn disk_run(kind: &str) -> (batch::Outcome, Vec<Fact>) {
    let text = format!(
        r#"{{ "clients": [ {{ "timeout": "200ms", "workload": {{ "kind": "synthetic",
                "count": 1500, "span": "1MiB", "alignment": "512B", "reads": "50%",
                "sizes": [ {{ "size": "1KiB", "weight": 1 }} ],
                "arrival": {{ "kind": "closed", "depth": 4, "think": "1ms" }} }} }} ],
             "source": {{ "consistency_point": {{ "every": "20ms" }} }},
             "wan": {{ "propagation": "1ms" }},
             "faults": [ {{ "kind": "{kind}", "device": "source.disk", "rate": "2%",
                            "at": "0s", "for": "200ms" }} ],
             "limits": {{ "simulated": "30s" }} }}"#
    );
    let mut kept = Kept::default();
    let scenario = scenario(&text, &[]);
    let outcome = batch::run(&scenario, 0, &Traces::new(), Some(&mut kept), &mut |_, _| {});
    (outcome.unwrap_or_else(|error| panic!("{error}")), kept.0)
}

fn refused(facts: &[Fact], refusal: Refusal) -> usize {
    count(
        facts,
        |what| matches!(what, What::Answered(_, _, Outcome::Refused(said)) if *said == refusal),
    )
}

/// Spec 8.2: no wrong byte is served, whatever the disk did; and where the base of a partial write is
/// lost the source says so and stops.
#[test]
fn a_source_with_damaged_blocks_serves_no_wrong_byte() {
    for kind in ["bit-rot", "latent-error", "lost-write", "misdirected-write"] {
        let (outcome, facts) = disk_run(kind);
        let violations = &outcome.verdict.violations;
        let safety = violations.iter().find(|violation| violation.property.starts_with('S'));
        assert_eq!(safety, None, "{kind}");
        let told = count(&facts, |what| matches!(what, What::Noted(SOURCE, Note::BlockDamaged(_))));
        assert!(told > 0, "{kind}: {} felt", count(&facts, is_felt));
        assert!(refused(&facts, Refusal::DiskFailed) > 0, "{kind}");
    }
}

/// Reads of what was damaged are refused; a block wholly overwritten is sound again.
#[test]
fn a_damaged_block_is_refused_until_it_is_overwritten() {
    let list = r#"{ "clients": [ { "workload": { "operations": [
          { "write": { "offset": "0B", "length": "4KiB" } },
          { "read": { "offset": "0B", "length": "512B" }, "at": "1s" },
          { "read": { "offset": "100B", "length": "512B" }, "at": "2s" },
          { "write": { "offset": "0B", "length": "4KiB" }, "at": "3s" },
          { "read": { "offset": "0B", "length": "4KiB" }, "at": "5s" } ] } } ],
        "source": { "consistency_point": { "every": "500ms" } },
        "faults": [ { "kind": "latent-error", "device": "source.disk", "rate": "100%",
                      "at": "900ms", "for": "200ms" } ] }"#;
    let (_, facts) = observe(&scenario(list, &[]));
    let answers: Vec<_> = facts
        .iter()
        .filter_map(|fact| match &fact.what {
            What::Answered(_, _, Outcome::Written) => Some("written"),
            What::Answered(_, _, Outcome::Refused(Refusal::Damaged)) => Some("damaged"),
            What::Answered(_, _, Outcome::Read(_)) => Some("read"),
            _ => None,
        })
        .collect();
    assert_eq!(answers, ["written", "damaged", "damaged", "written", "read"]);
}

/// A read that went astray is done again at the source too: nothing is refused.
#[test]
fn a_misdirected_read_of_a_volume_is_done_again() {
    let (outcome, facts) = disk_run("misdirected-read");
    assert!(outcome.verdict.is_pass(), "{:#?}", outcome.verdict.violations);
    let failed = count(&facts, |what| matches!(what, What::CheckFailed(SOURCE, _)));
    assert!(failed > 3 && failed == count(&facts, is_felt));
    assert_eq!(refused(&facts, Refusal::Damaged), 0);
}

/// Spec 1.4, 7.3: a torn write fails its check when the log is scanned.
#[test]
fn a_fault_tears_the_writes_of_a_crash() {
    let torn = |rate: &str| {
        let (_, facts) = log_run(&format!(
            r#"{{ "kind": "torn-write", "device": "destination.log", "rate": "{rate}" }},
               {{ "kind": "crash", "node": "destination", "at": "100ms", "restart_after": "50ms" }},
               {{ "kind": "slow-disk", "device": "destination.log", "factor": 100, "at": "80ms",
                  "for": "30ms" }}"#
        ));
        let damaged = |what: &What| matches!(what, What::Noted(_, Note::LogDamaged(..)));
        let torn = |what: &What| *what == What::FaultFelt(FaultId(0));
        (count(&facts, torn), count(&facts, damaged))
    };
    let (felt, damaged) = torn("100%");
    assert!(felt > 1 && damaged == felt, "{felt} torn, {damaged} found");
    assert_eq!(torn("0%").0, 0);
}

/// A resynchronization that needs a damaged block leaves the mirror out of sync, until the block is
/// overwritten (Spec 8.2).
#[test]
fn a_damaged_block_that_the_destination_misses_keeps_the_mirror_out_of_sync() {
    let list = r#"{ "clients": [ { "workload": { "operations": [
          { "write": { "offset": "0B", "length": "4KiB" } },
          { "write": { "offset": "8KiB", "length": "4KiB" }, "at": "1s" },
          { "read": { "offset": "8KiB", "length": "4KiB" }, "at": "4s" },
          { "write": { "offset": "8KiB", "length": "4KiB" }, "at": "8s" },
          { "write": { "offset": "0B", "length": "4KiB" }, "at": "12s" } ] } } ],
        "timeout": "500ms", "reconnect": "1s",
        "source": { "consistency_point": { "every": "500ms" } },
        "faults": [ { "kind": "partition", "at": "900ms", "for": "4s" },
                    { "kind": "latent-error", "device": "source.disk", "rate": "100%",
                      "at": "3900ms", "for": "200ms" } ] }"#;
    let (_, facts) = observe(&scenario(list, &[]));
    let moment = |fact: &Fact| fact.at.as_nanos() / 1_000_000_000;
    let ended: Vec<_> = facts
        .iter()
        .filter(|fact| {
            matches!(fact.what, What::Noted(_, Note::SessionLost(SessionEnd::BlockDamaged)))
        })
        .map(moment)
        .collect();
    assert!(ended.len() > 1 && ended.iter().all(|at| (5..=8).contains(at)), "{ended:?}");
    let in_sync =
        |fact: &&Fact| matches!(fact.what, What::Noted(_, Note::Mirror(MirrorState::InSync)));
    let back: Vec<_> = facts.iter().filter(in_sync).map(moment).collect();
    assert!(back.len() == 1 && back[0] >= 8, "{back:?}");
}

/// Every kind of fault has its row, and every row is of a kind that there is.
#[test]
fn every_fault_has_its_promise() {
    let output = Command::new(env!("CARGO_BIN_EXE_mirrorsim")).arg("schema").output();
    let schema = output.expect("the program starts").stdout;
    let schema: Value = serde_json::from_slice(&schema).expect("a schema is JSON");
    let words = words_of(&schema["$defs"]["KindWord"]);
    assert!(words.len() > 30, "{words:?}");
    let table = include_str!("../src/promises.md");
    for word in &words {
        assert!(table.contains(&format!("`{word}`")), "no promise about {word}");
    }
}

/// The words that an enumeration of a schema lists.
fn words_of(schema: &Value) -> Vec<String> {
    let each = schema["oneOf"].as_array().into_iter().flatten();
    let alone = each.filter_map(|word| word["const"].as_str());
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    alone.chain(listed).map(str::to_owned).collect()
}

fn destroyed() -> Runs {
    Runs::of(0, 4096, Origin::Damaged(FaultId(3)))
}

#[test]
fn s19_destroyed_bytes_served_or_committed() {
    let mut run = clean();
    run.edit(|what| match what {
        What::Answered(_, _, Outcome::Read(blocks)) => {
            blocks[0].1 = destroyed();
            true
        }
        _ => false,
    });
    run.assert_found("S19", (SOURCE, "served"), &["c0#", "volume 0 block 1", "destroyed"]);
    for role in [SOURCE, DESTINATION] {
        let mut run = clean();
        run.edit(|what| match what {
            What::VolumeWriteAsked(who, _, _, contents) if *who == role => {
                *contents = Contents::Data(destroyed());
                true
            }
            _ => false,
        });
        run.assert_found("S19", (role, "committed"), &["CP 1 writes volume 0 block 0"]);
    }
}

/// What a lost write leaves looks like data: the read of it shows by what comes of it.
#[test]
fn s19_a_spoiled_place_read_without_notice() {
    let read = |what: &What| matches!(what, What::LogReadAsked(..));
    let small = [("destination.cache", "0B")];
    let mut run = Run::clean(support::tamper::CLEAN, &small);
    let asked = run.first(read);
    let What::LogReadAsked(_, file, offset) = run.facts[asked].what else { unreachable!("it is") };
    let spoiled = What::Spoiled(DESTINATION, Spot::Log(file, offset - 10, 4096));
    let before = Fact { what: spoiled, ..run.facts[asked - 1].clone() };
    run.facts.insert(asked, before);
    run.assert_found("S19", (DESTINATION, "unnoticed"), &["NVLog file", "did not fail"]);
    // Freed since: nothing is spoiled there.
    let freed = Fact { what: What::LogFreed(DESTINATION, file), ..run.facts[asked].clone() };
    run.facts.insert(asked + 1, freed);
    assert!(run.judge().violations.iter().all(|found| found.property != "S19"));
    let mut run = clean();
    let asked = run.first(|what| matches!(what, What::VolumeReadAsked(Role::Source, _)));
    let What::VolumeReadAsked(_, address) = run.facts[asked].what else { unreachable!("it is") };
    let what = What::Spoiled(SOURCE, Spot::Volume(address));
    run.facts.insert(asked, Fact { what, ..run.facts[asked - 1].clone() });
    run.assert_found("S19", (SOURCE, "unnoticed"), &[&address.to_string()]);
}
