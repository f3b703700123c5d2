//! The rules of the importer for Chrome JSON, as Perfetto's own source has them: what breaks one is
//! dropped there without a word, or shown in another place than it belongs.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The file is an object with a list `traceEvents` and a unit that viewers know.
    File,
    /// Phases are M, X, b, e, i and C.
    Phase,
    /// Every event has the number of its process.
    Process,
    /// Metadata comes first.
    MetadataFirst,
    /// Processes and threads have a name each, said once, before they are used or after.
    Names,
    /// Times are numbers, not below 0.
    Time,
    /// Events are in the order of time.
    Sorted,
    /// A slice has a thread, and is longer than nothing.
    Duration,
    /// Slices of a thread nest.
    Nesting,
    /// Asynchronous slices have a category and an id in text.
    AsyncId,
    /// Of category, name and id there is a beginning, then an end, later.
    AsyncPair,
    /// An arrow's name is hexadecimal text.
    BindId,
    /// A slice with an arrow's name is one end of it.
    FlowEnd,
    /// An arrow begins once.
    FlowOutOnce,
    /// An arrow begins before it ends.
    FlowOrder,
    /// Counters hold numbers.
    Counter,
    /// A moment says how far it reaches; one of a thread says which.
    Scope,
}

/// What is read of a trace so far.
#[derive(Default)]
struct Checker {
    broken: Vec<(Rule, String)>,
    named: BTreeSet<(u64, Option<u64>)>,
    used: BTreeSet<(u64, Option<u64>)>,
    others: u64,
    last: u64,
    /// Ends of the slices that are open on each thread.
    stacks: BTreeMap<u64, Vec<u64>>,
    begun: BTreeMap<[String; 3], u64>,
    ended: BTreeSet<[String; 3]>,
    outs: BTreeMap<String, u64>,
}

/// Every rule that a trace breaks, with the event.
pub fn check(text: &str) -> Vec<(Rule, String)> {
    let mut checker = Checker::default();
    let Ok(file) = serde_json::from_str::<Value>(text) else {
        return vec![(Rule::File, "no JSON".to_owned())];
    };
    let unit = file["displayTimeUnit"].as_str();
    let (Some(events), Some("ms" | "ns")) = (file["traceEvents"].as_array(), unit) else {
        return vec![(Rule::File, "no events, or no unit".to_owned())];
    };
    for event in events {
        checker.event(event);
    }
    checker.finish();
    checker.broken
}

/// A time in nanoseconds.
fn nanos(value: &Value) -> Option<u64> {
    let micros = value.as_f64().filter(|micros| *micros >= 0.0)?;
    format!("{:.0}", micros * 1000.0).parse().ok()
}

fn text(event: &Value, key: &str) -> Option<String> {
    event[key].as_str().map(str::to_owned)
}

impl Checker {
    fn wrong(&mut self, rule: Rule, event: &Value) {
        self.broken.push((rule, event.to_string()));
    }

    fn event(&mut self, event: &Value) {
        let Some(process) = event["pid"].as_u64() else { return self.wrong(Rule::Process, event) };
        let phase = event["ph"].as_str().unwrap_or_default();
        if phase == "M" {
            return self.metadata(process, event);
        }
        self.others += 1;
        let thread = event["tid"].as_u64();
        self.used.insert((process, None));
        self.used.insert((process, thread));
        let Some(at) = nanos(&event["ts"]) else { return self.wrong(Rule::Time, event) };
        if at < self.last {
            self.wrong(Rule::Sorted, event);
        }
        self.last = self.last.max(at);
        match phase {
            "X" => self.slice(at, thread, event),
            "b" | "e" => self.asynchronous(phase, at, event),
            "i" => self.moment(thread, event),
            "C" => self.counter(event),
            _ => self.wrong(Rule::Phase, event),
        }
    }

    fn metadata(&mut self, process: u64, event: &Value) {
        if self.others > 0 {
            self.wrong(Rule::MetadataFirst, event);
        }
        let thread = event["tid"].as_u64();
        let fits = match event["name"].as_str() {
            Some("process_name") => thread.is_none(),
            Some("thread_name") => thread.is_some(),
            Some(_) | None => false,
        };
        let is_named = event["args"]["name"].as_str().is_some_and(|name| !name.is_empty());
        if !fits || !is_named || !self.named.insert((process, thread)) {
            self.wrong(Rule::Names, event);
        }
    }

    fn slice(&mut self, at: u64, thread: Option<u64>, event: &Value) {
        let length = nanos(&event["dur"]).filter(|length| *length > 0);
        let (Some(length), Some(thread)) = (length, thread) else {
            return self.wrong(Rule::Duration, event);
        };
        let stack = self.stacks.entry(thread).or_default();
        while stack.last().is_some_and(|end| *end <= at) {
            stack.pop();
        }
        let nests = stack.last().is_none_or(|end| at + length <= *end);
        stack.push(at + length);
        if !nests {
            self.wrong(Rule::Nesting, event);
        }
        self.flow(at, event);
    }

    fn flow(&mut self, at: u64, event: &Value) {
        let (out, into) = (event["flow_out"] == true, event["flow_in"] == true);
        let id = &event["bind_id"];
        if id.is_null() && !out && !into {
            return;
        }
        let digits = id.as_str().and_then(|id| id.strip_prefix("0x"));
        let Some(digits) = digits.filter(|digits| u64::from_str_radix(digits, 16).is_ok()) else {
            return self.wrong(Rule::BindId, event);
        };
        match (out, into) {
            (true, false) => {
                if self.outs.insert(digits.to_owned(), at).is_some() {
                    self.wrong(Rule::FlowOutOnce, event);
                }
            }
            (false, true) => {
                if self.outs.get(digits).is_none_or(|sent| *sent > at) {
                    self.wrong(Rule::FlowOrder, event);
                }
            }
            (true, true) | (false, false) => self.wrong(Rule::FlowEnd, event),
        }
    }

    fn asynchronous(&mut self, phase: &str, at: u64, event: &Value) {
        let name = [text(event, "cat"), text(event, "name"), text(event, "id")];
        let [Some(category), Some(name), Some(id)] = name else {
            return self.wrong(Rule::AsyncId, event);
        };
        let key = [category, name, id];
        let fits = if phase == "b" {
            !self.ended.contains(&key) && self.begun.insert(key, at).is_none()
        } else {
            let begun = self.begun.remove(&key);
            self.ended.insert(key);
            begun.is_some_and(|begun| begun < at)
        };
        if !fits {
            self.wrong(Rule::AsyncPair, event);
        }
    }

    fn moment(&mut self, thread: Option<u64>, event: &Value) {
        let fits = match event["s"].as_str() {
            Some("g" | "p") => true,
            Some("t") => thread.is_some(),
            Some(_) | None => false,
        };
        if !fits {
            self.wrong(Rule::Scope, event);
        }
    }

    fn counter(&mut self, event: &Value) {
        let values = event["args"].as_object();
        let numbers = values.is_some_and(|values| values.values().all(Value::is_number));
        if !numbers || values.is_some_and(serde_json::Map::is_empty) {
            self.wrong(Rule::Counter, event);
        }
    }

    fn finish(&mut self) {
        for key in self.begun.keys() {
            self.broken.push((Rule::AsyncPair, format!("no end: {key:?}")));
        }
        for name in self.used.difference(&self.named) {
            self.broken.push((Rule::Names, format!("no name: {name:?}")));
        }
    }
}
