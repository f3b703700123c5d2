//! Requests that are generated, their file, and what it must be read as.

use crate::writers::{Ask, Operation, Writer};
use mirrorsim::trace::{Form, RecordKind};
use proptest::collection::vec;
use proptest::prelude::*;

/// Time in the finest that the form tells, number of the target, offset, length, what it asks for.
pub type Told = (u64, u32, u64, u64, RecordKind);

/// Thirty years in nanoseconds: with it, no form's time ends beyond 2⁶⁴.
const LATEST: u64 = 946_080_000_000_000_000;

/// The last offset at which every generated length has room.
const FARTHEST: u64 = u64::MAX - LONGEST - 512;

const LONGEST: u64 = 1 << 25;

/// Requests that a form can write; none if its writer is missing.
pub fn of(form: Form) -> impl Strategy<Value = Vec<Ask>> {
    let time = prop_oneof![0..20_u64, 0..10_000_000_000_u64, 0..LATEST];
    let offset = prop_oneof![0..10_000_u64, 0..1_u64 << 40, 0..=FARTHEST, Just(FARTHEST)];
    let length = prop_oneof![1..10_u64, 1..100_000_u64, 1..LONGEST];
    let operation = prop_oneof![
        Just(Operation::Read),
        Just(Operation::Write),
        Just(Operation::WriteThrough),
        Just(Operation::Flush),
    ];
    let ask = (time, 0..9_u32, offset, length, operation);
    let most = if Writer::of(form).is_some() { 30 } else { 0 };
    vec(ask, 0..=most).prop_map(move |asks| {
        let fitted = |(time, target, offset, length, operation)| {
            let ask = Ask { time, target, offset, length, operation };
            Writer::of(form).map(|writer| writer.fitted(ask))
        };
        asks.into_iter().filter_map(fitted).collect()
    })
}

/// The file of these requests.
pub fn file(form: Form, asks: &[Ask]) -> Vec<u8> {
    let Some(writer) = Writer::of(form) else { return Vec::new() };
    let mut file = writer.header.as_bytes().to_vec();
    asks.iter().for_each(|ask| (writer.write)(ask, &mut file));
    file
}

/// What the file must be read as.
pub fn told(form: Form, asks: &[Ask]) -> Vec<Told> {
    let Some(writer) = Writer::of(form) else { return Vec::new() };
    let earliest = asks.iter().map(|ask| ask.time).min().unwrap_or(0);
    // A form whose times count from some day begins with its first request, reads among them.
    let origin = if writer.begin > 0 { earliest } else { 0 };
    let kind = |operation| match operation {
        Operation::Read => None,
        Operation::Write => Some(RecordKind::Write),
        Operation::WriteThrough => Some(RecordKind::WriteThrough),
        Operation::Flush => Some(RecordKind::Flush),
    };
    let told = |ask: &Ask| {
        let Ask { time, target, offset, length, operation } = *ask;
        Some(((time - origin) / writer.finest, target, offset, length, kind(operation)?))
    };
    let mut all: Vec<_> = asks.iter().filter_map(told).collect();
    all.sort_by_key(|(time, ..)| *time);
    all
}

/// The number at the end of a target's name, `LUN3`; 0 if there is none.
pub fn number(name: &str) -> u32 {
    let begin = name.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    name[begin..].parse().unwrap_or(0)
}
