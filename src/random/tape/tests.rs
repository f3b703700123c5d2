//! Tapes that fit, that do not, and that are none.

use super::super::{Decisions as _, Purpose, Seeded, Zipf};
use super::*;
use crate::units::SimTime;

fn key(purpose: Purpose, entity: u64, index: u64) -> Key {
    Key { purpose, entity, index }
}

/// One decision of each kind, as often as there are `indices`.
fn ask(decisions: &mut dyn super::super::Decisions, indices: std::ops::Range<u64>) -> Vec<u64> {
    let half = Ratio::new(1, 2).expect("a share");
    let zipf = Zipf::new(1 << 40, half);
    let choices = [
        (Purpose::Jitter, Choice::Below(1_000_000)),
        (Purpose::OperationKind, Choice::Chance(half)),
        (Purpose::ThinkTime, Choice::Exponential(Span::from_nanos(12_345))),
        (Purpose::Loss, Choice::Until(half)),
        (Purpose::OperationAddress, Choice::Zipf(&zipf)),
    ];
    let each = |index| choices.map(|(purpose, choice)| (key(purpose, 3, index), choice));
    indices.flat_map(each).map(|(key, choice)| decisions.decide(key, choice)).collect()
}

fn recorded(indices: std::ops::Range<u64>) -> (Vec<u64>, Vec<u8>) {
    let heading = Heading::new("ab".to_owned(), 7);
    let mut recording = Recording::new(Seeded::new(7), &heading, Vec::new());
    let values = ask(&mut recording, indices);
    let (bytes, lines) = recording.finish().expect("memory takes it");
    assert_eq!(lines, values.len() as u64);
    (values, bytes)
}

fn tally(matched: u64, missing: u64, extra: u64) -> Tally {
    Tally { matched, missing, extra, drifted: 0, first_drift: None }
}

#[test]
fn a_tape_answers_what_was_recorded_in_any_order() {
    let (values, bytes) = recorded(0..20);
    let tape = Tape::read(&*bytes).expect("a tape");
    assert_eq!((tape.heading.seed, tape.len(), tape.is_empty()), (7, 100, false));
    // Another seed: whatever did come from it would show.
    let mut replay = Replay::new(&tape, 8);
    let second = ask(&mut replay, 10..20);
    assert_eq!(replay.tally(), tally(50, 0, 50));
    assert_eq!(ask(&mut replay, 0..10), values[..50]);
    assert_eq!(second, values[50..]);
    assert_eq!(replay.tally(), tally(100, 0, 0));
    let fresh = ask(&mut replay, 20..21);
    assert_eq!(fresh, ask(&mut Seeded::new(8), 20..21));
    assert_eq!(replay.tally(), tally(100, 5, 0));
}

/// A choice that differs is a drift; the value stands where it can.
#[test]
fn another_choice_is_a_drift() {
    let text = format!(
        "{}\n{}\n{}\n",
        serde_json::to_string(&Heading::new("ab".to_owned(), 7)).expect("plain"),
        r#"{"purpose":"jitter","entity":1,"index":2,"choice":{"below":100},"value":40}"#,
        r#"{"purpose":"jitter","entity":1,"index":3,"choice":{"below":100},"value":80}"#,
    );
    let tape = Tape::read(text.as_bytes()).expect("a tape");
    let mut replay = Replay::new(&tape, 7);
    replay.reach(SimTime::from_nanos(5));
    assert_eq!(replay.decide(key(Purpose::Jitter, 1, 2), Choice::Below(50)), 40);
    replay.reach(SimTime::from_nanos(9));
    let drawn = replay.decide(key(Purpose::Jitter, 1, 3), Choice::Below(50));
    assert_eq!(drawn, Seeded::new(7).decide(key(Purpose::Jitter, 1, 3), Choice::Below(50)));
    let first_drift = Some(Drift {
        key: key(Purpose::Jitter, 1, 2),
        at: SimTime::from_nanos(5),
        recorded: Asked::Below(100),
        asked: Asked::Below(50),
    });
    assert_eq!(replay.tally(), Tally { drifted: 2, first_drift, ..tally(0, 0, 0) });
}

#[track_caller]
fn refused(text: &[u8], sentence: &str) {
    let error = Tape::read(text).expect_err("it is no tape").to_string();
    assert!(error.contains(sentence), "{error:?} does not say {sentence:?}");
}

#[test]
fn what_is_no_tape_is_refused_by_its_line() {
    let (_, bytes) = recorded(0..2);
    let heading = bytes.split_inclusive(|byte| *byte == b'\n').next().expect("a line").to_vec();
    let with = |line: &str| [&heading, line.as_bytes(), b"\n"].concat();
    let jitter = |rest: &str| with(&format!(r#"{{"purpose":"jitter",{rest}}}"#));
    refused(b"", "line 1: not a tape (mirrorsim-tape/1)");
    refused(b"[]\n", "line 1: not a tape");
    refused(&[b"\xff\n"[..].to_vec(), bytes.clone()].concat(), "line 1: not a tape");
    let other = String::from_utf8(bytes.clone()).expect("text").replace("-tape/1", "-tape/9");
    refused(other.as_bytes(), "line 1: not a tape");
    refused(&bytes[..bytes.len() - 1], "line 11: cut off in the middle");
    refused(&bytes[..heading.len() - 5], "line 1: cut off in the middle");
    let line = r#""entity":1,"index":2,"choice":{"below":9},"value":"#;
    let twice = [jitter(&format!("{line}3")), format!(r#"{{"purpose":"jitter",{line}4}}"#).into()];
    refused(
        &[&twice.concat(), &b"\n"[..]].concat(),
        "line 3: decision jitter 1/2 stands on the tape",
    );
    refused(&vec![b'['; 1 << 20], "line 1: longer than 4096 bytes");
    refused(&with("{}"), "line 2: no decision: missing field `purpose`");
    refused(&with(""), "line 2: no decision: ");
    refused(&with(r#"{"purpose":"luck"}"#), "line 2: no decision: unknown variant `luck`");
    let line = r#""entity":1,"index":2,"choice":{"below":9},"value":"3""#;
    refused(&jitter(line), "line 2: no decision: invalid type: string \"3\"");
    let line = r#""entity":1,"index":-2,"choice":{"below":9},"value":3"#;
    refused(&jitter(line), "line 2: no decision: invalid value: integer `-2`");
    let line = r#""entity":281474976710656,"index":2,"choice":{"below":9},"value":3"#;
    refused(&jitter(line), "line 2: entity 281474976710656: entities are below 2^48");
    for (choice, value) in [
        (r#"{"below":9}"#, 9),
        (r#"{"below":0}"#, 0),
        (r#"{"chance":"50%"}"#, 2),
        (r#"{"exponential":"1us"}"#, 40_000),
        (r#"{"until":"0%"}"#, 1),
        (r#"{"zipf":{"ranks":5,"exponent":"99%"}}"#, 5),
    ] {
        let line = format!(r#""entity":1,"index":2,"choice":{choice},"value":{value}"#);
        refused(&jitter(&line), &format!("line 2: value {value} is none that {{"));
    }
}

#[test]
fn a_tape_is_bounded() {
    let (_, bytes) = recorded(0..2);
    assert!(Tape::read_up_to(&*bytes, 10).is_ok());
    let error = Tape::read_up_to(&*bytes, 9).expect_err("it holds ten").to_string();
    assert_eq!(error, "line 11: a tape holds at most 9 decisions");
}

/// A run may ask again for what is decided.
#[test]
fn a_decision_may_stand_twice_if_it_is_the_same() {
    let (_, bytes) = recorded(0..2);
    let begin = bytes.iter().position(|byte| *byte == b'\n').expect("a heading") + 1;
    let twice = Tape::read(&*[&bytes[..], &bytes[begin..]].concat()).expect("a tape");
    assert_eq!(twice, Tape::read(&*bytes).expect("a tape"));
}

/// The run goes on when the disk is full, and it is told in the end.
#[test]
fn a_full_disk_is_told() {
    let mut room = [0; 200];
    let heading = Heading::new("ab".to_owned(), 7);
    let mut recording = Recording::new(Seeded::new(7), &heading, &mut room[..]);
    assert_eq!(ask(&mut recording, 0..20), ask(&mut Seeded::new(7), 0..20));
    assert!(recording.finish().is_err());
}
