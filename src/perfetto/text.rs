//! Events as JSON, an event a line.

use super::Origin;
use super::places::{Process, Thread, thread_id};
use crate::timeline::{Left, Timeline};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The head of an event: everything but its arguments.
#[derive(Debug, Clone)]
pub(super) struct Event<'a> {
    phase: &'static str,
    name: &'a str,
    category: &'static str,
    process: Process,
    thread: Option<Thread>,
    /// Nanoseconds; `None`: of the whole trace.
    at: Option<u64>,
    length: Option<u64>,
    id: Option<String>,
    scope: Option<&'static str>,
    flow: Option<(Flow, u64)>,
}

/// Which end of an asynchronous slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Begin,
    End,
}

/// The end of an arrow.
#[derive(Debug, Clone, Copy)]
pub(super) enum Flow {
    Out,
    In,
}

/// The value of an argument.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Number(u64),
    Text(String),
    /// Not said.
    None,
}

impl<'a> Event<'a> {
    const fn new(phase: &'static str, name: &'a str, category: &'static str, of: Process) -> Self {
        Self {
            phase,
            name,
            category,
            process: of,
            thread: None,
            at: None,
            length: None,
            id: None,
            scope: None,
            flow: None,
        }
    }

    /// Names a process, or a thread.
    pub const fn naming(what: &'static str, process: Process) -> Event<'static> {
        Event::new("M", what, "", process)
    }

    /// A slice of a thread: from `at`, so long.
    pub fn slice(
        name: &'a str,
        category: &'static str,
        thread: Thread,
        at: u64,
        length: u64,
    ) -> Self {
        let slice = Self::new("X", name, category, thread.0);
        Self { at: Some(at), length: Some(length), ..slice.on(thread) }
    }

    /// One end of an asynchronous slice.
    pub fn end(edge: Edge, name: &'a str, category: &'static str, of: Process, at: u64) -> Self {
        let phase = match edge {
            Edge::Begin => "b",
            Edge::End => "e",
        };
        Self { at: Some(at), ..Self::new(phase, name, category, of) }
    }

    /// A moment, shown over the whole trace (`g`), its process (`p`) or its thread (`t`).
    pub fn moment(
        name: &'a str,
        category: &'static str,
        thread: Thread,
        at: u64,
        scope: &'static str,
    ) -> Self {
        let moment = Self::new("i", name, category, thread.0);
        Self { at: Some(at), scope: Some(scope), ..moment.on(thread) }
    }

    /// A counter of a process.
    pub fn counter(name: &'a str, process: Process, at: u64) -> Self {
        Self { at: Some(at), ..Self::new("C", name, "", process) }
    }

    pub fn on(self, thread: Thread) -> Self {
        Self { thread: Some(thread), ..self }
    }

    pub fn with_id(self, id: String) -> Self {
        Self { id: Some(id), ..self }
    }

    pub fn with_flow(self, flow: Flow, id: u64) -> Self {
        Self { flow: Some((flow, id)), ..self }
    }
}

/// Writes events.
pub(super) struct Writer<'a> {
    out: &'a mut dyn Write,
    /// Reused.
    line: String,
    /// What stands between the last event and the next.
    between: &'static str,
}

impl<'a> Writer<'a> {
    pub fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        out.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
        Ok(Self { out, line: String::new(), between: "\n" })
    }

    pub fn event(&mut self, event: &Event<'_>, arguments: &[(&str, Value)]) -> io::Result<()> {
        self.line.clear();
        self.line.push_str(self.between);
        self.between = ",\n";
        head(&mut self.line, event);
        self.arguments(arguments);
        self.line.push('}');
        self.out.write_all(self.line.as_bytes())
    }

    /// Ends the trace, with what is said about it as a whole.
    pub fn finish(self, other: &Json) -> io::Result<()> {
        writeln!(self.out, "\n],\"otherData\":{other}}}")
    }

    fn arguments(&mut self, arguments: &[(&str, Value)]) {
        let mut between = ",\"args\":{";
        for (name, value) in arguments {
            let value = match value {
                Value::Number(number) => number.to_string(),
                Value::Text(text) => quoted(text),
                Value::None => continue,
            };
            push(&mut self.line, format_args!("{between}\"{name}\":{value}"));
            between = ",";
        }
        if between == "," {
            self.line.push('}');
        }
    }
}

fn head(line: &mut String, event: &Event<'_>) {
    push(line, format_args!("{{\"ph\":\"{}\",\"name\":{}", event.phase, quoted(event.name)));
    if !event.category.is_empty() {
        push(line, format_args!(",\"cat\":\"{}\"", event.category));
    }
    push(line, format_args!(",\"pid\":{}", event.process.id()));
    if let Some(thread) = event.thread {
        push(line, format_args!(",\"tid\":{}", thread_id(thread)));
    }
    if let Some(at) = event.at {
        push(line, format_args!(",\"ts\":{}", micros(at)));
    }
    if let Some(length) = event.length {
        push(line, format_args!(",\"dur\":{}", micros(length)));
    }
    if let Some(id) = &event.id {
        push(line, format_args!(",\"id\":{}", quoted(id)));
    }
    if let Some(scope) = event.scope {
        push(line, format_args!(",\"s\":\"{scope}\""));
    }
    if let Some((flow, id)) = event.flow {
        let end = match flow {
            Flow::Out => "flow_out",
            Flow::In => "flow_in",
        };
        push(line, format_args!(",\"bind_id\":\"0x{id:x}\",\"{end}\":true"));
    }
}

fn push(line: &mut String, words: std::fmt::Arguments<'_>) {
    line.write_fmt(words).expect("a text takes whatever is written");
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// Nanoseconds as microseconds, exactly: `1.5`.
fn micros(nanos: u64) -> String {
    let (whole, rest) = (nanos / 1000, nanos % 1000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:03}").trim_end_matches('0').to_owned()
}

/// What is said about the trace as a whole: where it comes from, and what it does not show.
pub(super) fn other_data(timeline: &Timeline, origin: &Origin) -> Json {
    let left = &timeline.left_out;
    let pair = |Left { outside, beyond }| json!({ "outside": outside, "beyond": beyond });
    json!({
        "scenario": origin.scenario,
        "scenario_hash": origin.scenario_hash,
        "seed": origin.seed,
        "generator": origin.generator,
        "version": origin.version,
        "digest": origin.digest,
        "reproduce": origin.reproduce,
        "window": timeline.window.to_string(),
        "simulated_ns": timeline.ended.as_nanos(),
        "shown": {
            "requests": timeline.requests.len(),
            "messages": timeline.messages.len(),
            "works": timeline.works.len(),
        },
        "left_out": {
            "most": timeline.most,
            "full_at_ns": left.full_at.map(crate::units::SimTime::as_nanos),
            "requests": pair(left.requests),
            "messages": pair(left.messages),
            "works": pair(left.works),
            "points": pair(left.points),
            "spells": pair(left.spells),
            "pleas": pair(left.pleas),
            "marks": pair(left.marks),
            "levels": pair(left.levels),
        },
        "shortest": "what took no time is shown as 1 ns",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_are_exact() {
        let cases = [
            (0, "0"),
            (1, "0.001"),
            (1500, "1.5"),
            (1_234_567, "1234.567"),
            (2_000_010, "2000.01"),
        ];
        for (nanos, text) in cases {
            assert_eq!(micros(nanos), text);
        }
    }
}
