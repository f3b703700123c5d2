//! What the facts of a run say of messages and writes, to be compared with what its page tells.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// When things happened, in nanoseconds.
pub struct Facts {
    /// Of a transfer that was sent: its number as a message.
    transfers: BTreeMap<(u64, u64), u64>,
    /// Of a message to the destination: when it arrived first.
    arrived: BTreeMap<u64, u64>,
    /// Of a write, by `client#number`: its place, when it was asked, and when it was answered.
    writes: BTreeMap<String, Write>,
    lost: usize,
}

#[derive(Debug, Default)]
struct Write {
    offset: u64,
    length: u64,
    asked: u64,
    answered: Option<u64>,
}

impl Facts {
    /// Reads the lines of `run --facts`; `clients`: their names.
    pub fn read(text: &str, clients: &[&str]) -> Self {
        let (transfers, arrived, writes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut facts = Self { transfers, arrived, writes, lost: 0 };
        let name = |id: &Value| {
            let client = usize::try_from(number(&id["client"])).expect("few clients");
            format!("{}#{}", clients[client], id["op"])
        };
        for line in text.lines().skip(1) {
            let fact: Value = serde_json::from_str(line).expect("a fact is JSON");
            let (at, what) = (number(&fact["at"]), &fact["what"]);
            if let Some(write) = what["requested"]["operation"].get("Write") {
                let [offset, length] = ["offset", "length"].map(|key| number(&write[key]));
                let write = Write { offset, length, asked: at, answered: None };
                facts.writes.entry(name(&what["requested"]["id"])).or_insert(write);
            } else if what["answered"][2] == "Written" {
                let write = facts.writes.get_mut(&name(&what["answered"][1]));
                write.expect("it was asked").answered.get_or_insert(at);
            } else if let Some(sent) = what.get("sent").or(what.get("resent")) {
                if let Some(transfer) = sent[2].get("Transfer") {
                    facts
                        .transfers
                        .insert((number(&transfer["header"]["id"]), at), number(&sent[1]));
                }
            } else if what["arrived"][0] == "to_destination" {
                facts.arrived.entry(number(&what["arrived"][1])).or_insert(at);
            } else if !what["lost"].is_null() {
                facts.lost += 1;
            }
        }
        facts
    }

    /// Messages that were lost.
    pub fn lost(&self) -> usize {
        self.lost
    }

    /// Fails unless what is told of a transfer is true: its number, when it was sent and came.
    #[track_caller]
    pub fn assert_transfer(&self, told: &str) {
        let id = told.split(' ').nth(1).and_then(|word| word.trim_end_matches(':').parse().ok());
        let key = (id.expect("a number"), moment(told, "sent ").expect("a moment"));
        let message = self.transfers.get(&key);
        let message = message.unwrap_or_else(|| panic!("{told}: no such transfer"));
        let arrived = self.arrived.get(message).copied();
        assert_eq!(moment(told, ", arrived "), arrived, "{told}");
    }

    /// When writes were asked, up to a moment.
    pub fn asked_until(&self, moment: u64) -> BTreeSet<u64> {
        self.writes.values().map(|write| write.asked).filter(|asked| *asked <= moment).collect()
    }

    /// Fails unless what is told of a write is true: its place, when it was asked and answered. When
    /// it was asked.
    #[track_caller]
    pub fn assert_write(&self, told: &str) -> u64 {
        let name = told.strip_prefix("write ").and_then(|rest| rest.split(": ").next());
        let write = self.writes.get(name.unwrap_or_default());
        let write = write.unwrap_or_else(|| panic!("{told}: no such write"));
        assert_eq!(moment(told, ", asked "), Some(write.asked), "{told}");
        assert_eq!(moment(told, ", answered "), write.answered, "{told}");
        let bytes = format!("bytes {}–{} ", write.offset, write.offset + write.length - 1);
        assert!(told.contains(&bytes), "{told}: {bytes}");
        write.asked
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The moment after some words, in nanoseconds: `0.092698 s` or `0.000092698 s`.
fn moment(told: &str, before: &str) -> Option<u64> {
    let (_, rest) = told.split_once(before)?;
    let (seconds, digits) = rest.split(' ').next()?.split_once('.')?;
    let nanos: u64 = format!("{digits:0<9}").parse().ok()?;
    Some(seconds.parse::<u64>().ok()? * 1_000_000_000 + nanos)
}

#[test]
fn moments_are_read() {
    assert_eq!(moment("a: sent 1.092698 s, b", "sent "), Some(1_092_698_000));
    assert_eq!(moment("a: sent 0.000092698 s", "sent "), Some(92_698));
    assert_eq!(moment("a: sent 0.000092698 s", "arrived "), None);
}
