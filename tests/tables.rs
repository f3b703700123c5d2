//! State × event tables of the source, the destination, the two together and the witness: `tests/tables/*.txt`.
//!
//! A fresh pair of nodes is led into each state through its real inputs, then told each thing that its
//! host or its peer may tell it. `UPDATE_GOLDEN=1 cargo test --test tables` rewrites the files;
//! otherwise a difference fails. No cell may panic: any message may come at any time.
#![allow(dead_code, reason = "the support of the scripts is compiled here and partly used")]

#[path = "tables/support/brief.rs"]
mod brief;
#[path = "golden/support/command.rs"]
mod command;
#[path = "golden/support/difference.rs"]
mod difference;
#[path = "tables/support/events.rs"]
mod events;
#[path = "golden/support/expected.rs"]
mod expected;
#[path = "golden/support/flight.rs"]
mod flight;
#[path = "tables/support/page.rs"]
mod page;
#[path = "golden/support/pair.rs"]
mod pair;
#[path = "tables/support/relation.rs"]
mod relation;
#[path = "golden/support/settings.rs"]
mod settings;
#[path = "golden/support/show.rs"]
mod show;
#[path = "tables/support/states.rs"]
mod states;
#[path = "golden/support/storage.rs"]
mod storage;
#[path = "tables/support/witness.rs"]
mod witness;

use events::Values;
use flight::Side;
use mirrorsim::protocol::{Epoch, Input, Message};
use page::{Row, Section};
use pair::Pair;
use states::Reached;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const HEADER: &str = "What a node does with each event in each of its states.
A section is a state: its name, what the node says of itself (is), how it was reached (by).
A line is an event: → the state afterwards, if another; then what was wished, in order; – nothing.
Events that are answered alike stand together, a · between them. not: what its host does not tell it
there, since it would answer a wish that was not made, fire a timer that is not set, or repeat a
request that is not open.
Messages are of the present session unless told otherwise.
Made by tests/tables.rs (Spec 3-7); UPDATE_GOLDEN=1 rewrites it.";

/// A pair that the commands have led somewhere.
fn led(script: &str) -> Pair {
    let mut pair = Pair::new(settings::default());
    for command in script.split(';').map(str::trim).filter(|command| !command.is_empty()) {
        let done = command::run(command, &mut pair);
        assert_eq!(done, Ok(()), "{command}");
    }
    let wrong = pair.wrong();
    assert!(wrong.is_empty(), "{wrong:?}");
    pair.take_lines();
    pair
}

/// What a side does when told this.
fn row(
    name: &str,
    script: &str,
    side: Side,
    input: impl FnOnce(&mut Pair) -> Option<Input>,
) -> Option<Row> {
    let mut pair = led(script);
    let before = pair.doing(side);
    let input = input(&mut pair)?;
    let told = catch_unwind(AssertUnwindSafe(|| pair.hear(side, input)));
    let effects = told.unwrap_or_else(|_| panic!("{name} after {script:?}: the node panicked"));
    let after = pair.doing(side);
    let after = if after == before { String::new() } else { after };
    Some(Row { event: name.to_owned(), after, wishes: brief::wishes(&effects) })
}

fn values(pair: &Pair, side: Side) -> Values {
    let (own, peer) = (pair.newest_state(side), pair.newest_state(side.peer()));
    Values {
        epoch: own.epoch,
        generation: own.generation,
        life: peer.incarnation,
        cp: pair.newest_cp,
        last: pair.last(),
    }
}

/// A message moved to another session.
fn moved(mut message: Message, epoch: Epoch) -> Message {
    command::alter_epoch(&mut message, epoch).expect("every message has an epoch");
    message
}

fn section(&(name, side, script): &Reached) -> Section {
    let mut pair = led(script);
    let state = pair.doing(side);
    let values = values(&pair, side);
    let hosts = events::of_the_host(&mut pair, side);
    let (mut rows, mut impossible) = (Vec::new(), Vec::new());
    for (place, (event, _)) in hosts.iter().enumerate() {
        let input = |pair: &mut Pair| events::of_the_host(pair, side).swap_remove(place).1;
        match row(event, script, side, input) {
            Some(row) => rows.push(row),
            None => impossible.push(event.clone()),
        }
    }
    for (event, message) in events::beyond_sessions(&values) {
        rows.extend(row(&event, script, side, |_| Some(Input::Message(message))));
    }
    let mut others = Vec::new();
    for (event, message) in events::messages(&values) {
        rows.extend(row(&event, script, side, |_| Some(Input::Message(message.clone()))));
        let [old, next] = [values.epoch.0.wrapping_sub(1), values.epoch.0 + 1].map(Epoch);
        for (epoch, when) in [(old, "of an old session"), (next, "of a session to come")] {
            let message = Input::Message(moved(message.clone(), epoch));
            others.extend(row(&format!("{event} {when}"), script, side, |_| Some(message)));
        }
    }
    let mut rows = page::gathered(rows);
    let others = page::gathered(others);
    match &others[..] {
        [all] => {
            rows.push(Row { event: "all messages of other sessions".to_owned(), ..all.clone() });
        }
        _ => rows.extend(others),
    }
    let script = script.split_whitespace().collect::<Vec<_>>().join(" ");
    Section { name: name.to_owned(), state, script, rows, impossible }
}

/// Compares a table with its file, or rewrites it.
fn check(file: &str, observed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, observed).expect("a table can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).expect("a table is text");
    if let Some(lines) = difference::between(&expected, observed) {
        panic!(
            "{file} differs (- as written, + as observed):\n\n{lines}\n\
                If the change is meant: UPDATE_GOLDEN=1 cargo test --test tables"
        );
    }
}

fn sections(states: &[Reached]) -> Vec<Section> {
    states.iter().map(section).collect()
}

#[test]
fn the_source_in_every_state() {
    let sections = sections(&states::OF_THE_SOURCE);
    check("source.txt", &page::print(HEADER, &sections));
}

#[test]
fn the_destination_in_every_state() {
    let sections = sections(&states::OF_THE_DESTINATION);
    check("destination.txt", &page::print(HEADER, &sections));
}

#[test]
fn the_two_together_in_every_state() {
    check("relation.txt", &page::print(relation::HEADER, &relation::sections()));
}

#[test]
fn the_witness_in_every_state() {
    check("witness.txt", &page::print(witness::HEADER, &witness::sections()));
}

/// Two names of one state would hide that one of them was not reached.
#[test]
fn states_differ() {
    for states in [&states::OF_THE_SOURCE[..], &states::OF_THE_DESTINATION[..]] {
        let sections = sections(states);
        for (place, section) in sections.iter().enumerate() {
            let same = sections[..place].iter().find(|other| other.rows == section.rows);
            assert!(same.is_none(), "{} behaves as {}", section.name, same.map_or("", |s| &s.name));
        }
    }
}
