//! A good trace, broken in each way.

use crate::checker::Rule;
use serde_json::{Value, json};

type Events = Vec<Value>;

/// The rule that is broken, how, and what breaks it.
pub type Mutilation = (Rule, &'static str, fn(&mut Events));

/// Ways to break a trace, each with the one rule that it breaks then.
pub const MUTILATIONS: &[Mutilation] = &[
    (Rule::Phase, "an unknown phase", |events| first(events, "C")["ph"] = json!("Z")),
    (Rule::Process, "no process", |events| remove(first(events, "C"), "pid")),
    (Rule::MetadataFirst, "a name at the end", |events| {
        let name = events.remove(0);
        events.push(name);
    }),
    (Rule::Names, "a thread without a name", |events| {
        let used = first(events, "X")["tid"].clone();
        events.retain(|event| event["ph"] != "M" || event["tid"] != used);
    }),
    (Rule::Names, "a thread named twice", |events| {
        let thread = events.iter().position(|event| event["name"] == "thread_name");
        let thread = events[thread.expect("there is one")].clone();
        events.insert(0, thread);
    }),
    (Rule::Names, "an empty name", |events| first(events, "M")["args"]["name"] = json!("")),
    (Rule::Time, "a time in words", |events| first(events, "C")["ts"] = json!("soon")),
    (Rule::Time, "a time below 0", |events| first(events, "C")["ts"] = json!(-1)),
    (Rule::Sorted, "a counter that comes too late", |events| {
        let last = events.iter().rposition(|event| event["ph"] == "C");
        let counter = events.remove(last.expect("there is one"));
        events.push(counter);
    }),
    (Rule::Duration, "a slice of no length", |events| work(events)["dur"] = json!(0)),
    (Rule::Duration, "a slice without an end", |events| remove(work(events), "dur")),
    (Rule::Duration, "a slice without a thread", |events| remove(work(events), "tid")),
    (Rule::Nesting, "slices that overlap", overlap),
    (Rule::AsyncId, "numbers for ids", |events| {
        let id = first(events, "b")["id"].clone();
        for event in events.iter_mut().filter(|event| event["id"] == id) {
            event["id"] = json!(7);
        }
    }),
    (Rule::AsyncPair, "no end", |events| {
        let end = events.iter().position(|event| event["ph"] == "e");
        events.remove(end.expect("there is one"));
    }),
    (Rule::AsyncPair, "no beginning", |events| {
        let begin = events.iter().position(|event| event["ph"] == "b");
        events.remove(begin.expect("there is one"));
    }),
    (Rule::BindId, "an arrow with a decimal name", |events| {
        flow(events, "flow_in")["bind_id"] = json!(26);
    }),
    (Rule::BindId, "an arrow with no hexadecimal name", |events| {
        flow(events, "flow_in")["bind_id"] = json!("26");
    }),
    (Rule::FlowEnd, "neither end of an arrow", |events| remove(flow(events, "flow_in"), "flow_in")),
    (Rule::FlowEnd, "both ends of an arrow", |events| {
        flow(events, "flow_in")["flow_out"] = json!(true);
    }),
    (Rule::FlowOutOnce, "an arrow that begins twice", |events| {
        let out = events.iter().position(|event| event["flow_out"] == true).expect("one");
        let again = events[out].clone();
        events.insert(out, again);
    }),
    (Rule::FlowOrder, "an arrow that ends before it begins", |events| {
        let last = events.iter().rfind(|event| event["flow_out"] == true);
        let later = last.expect("there is one")["bind_id"].clone();
        flow(events, "flow_in")["bind_id"] = later;
    }),
    (Rule::FlowOrder, "an arrow that nobody began", |events| {
        flow(events, "flow_in")["bind_id"] = json!("0xffffffff");
    }),
    (Rule::Counter, "a counter in words", |events| {
        first(events, "C")["args"] = json!({ "bytes": "many" });
    }),
    (Rule::Counter, "a counter of nothing", |events| first(events, "C")["args"] = json!({})),
    (Rule::Scope, "a moment without a reach", |events| remove(first(events, "i"), "s")),
    (Rule::Scope, "a moment of an unknown thread", |events| {
        let own = events.iter().position(|event| event["s"] == "t");
        remove(&mut events[own.expect("there is one")], "tid");
    }),
];

fn first<'a>(events: &'a mut Events, phase: &str) -> &'a mut Value {
    events.iter_mut().find(|event| event["ph"] == phase).expect("there is one")
}

/// A slice without an arrow.
fn work(events: &mut Events) -> &mut Value {
    events.iter_mut().find(|event| event["cat"] == "work").expect("there is one")
}

fn flow<'a>(events: &'a mut Events, end: &str) -> &'a mut Value {
    events.iter_mut().find(|event| event[end] == true).expect("there is one")
}

fn remove(event: &mut Value, key: &str) {
    event.as_object_mut().expect("an event is an object").remove(key).expect("it has it");
}

/// Lengthens a slice into the middle of the next of its thread.
fn overlap(events: &mut Events) {
    let float = |event: &Value, key: &str| event[key].as_f64().expect("a number");
    let works: Vec<_> = (0..events.len()).filter(|place| events[*place]["cat"] == "work").collect();
    for (nth, place) in works.iter().enumerate() {
        let thread = events[*place]["tid"].clone();
        let next = works[nth + 1..].iter().find(|next| events[**next]["tid"] == thread);
        let Some(next) = next.map(|next| &events[*next]) else { continue };
        if float(next, "dur") > 1.0 {
            let begin = float(&events[*place], "ts");
            let end = float(next, "ts") + float(next, "dur") / 2.0;
            events[*place]["dur"] = json!(end - begin);
            return;
        }
    }
    panic!("no thread has two works");
}
