//! A swarm: each seed draws which faults there are, how often they come, and some of the knobs.
//!
//! Where a witness decides the source may be lost at any moment, so nothing spoils the log that is then
//! replayed; otherwise there is no witness for anything to happen to.
//!
//! Half of the seeds have each kind of fault with an even chance, so that rare mixtures come up; the
//! others with a weight of its own, so that most runs are not drowned. All of it is survivable: no
//! kind takes both copies of a write, since none spoils volumes, NVRAM or a whole site.
//!
//! The outcome is a scenario like any other, its faults written out, which reproduces the run
//! without the swarm. Each knob and kind has an entity of its own: what one draws moves no other.

use crate::protocol::Mirroring;
use crate::random::{Choice, Decisions, Key, Purpose};
use crate::scenario::file::FileError;
use crate::scenario::{Decider, Scenario, Transport};
use crate::units::{Bytes, Ratio, Span};
use serde_json::{Value, json};

/// The scenario that `decisions` make of one with a swarm: its own faults and those drawn, other
/// knobs, and a `faults_until` if it has none.
///
/// # Errors
/// A rule of scenarios that the drawn knobs break together with those given.
pub fn swarm(
    scenario: &Scenario,
    decisions: &mut dyn Decisions,
) -> Result<Scenario, Box<FileError>> {
    let mut document: Value =
        serde_json::from_str(scenario.canonical()).expect("canonical text is JSON");
    let mut draws = Draws { decisions, entity: 0, index: 0 };
    draws.knobs(scenario, &mut document);
    draws.clients(&mut document);
    draws.faults(scenario, &mut document);
    document["swarm"] = json!(false);
    Scenario::parse(&document.to_string(), &[]).map_err(Box::new)
}

/// What a drawn fault needs beside its kind and times.
#[derive(Clone, Copy)]
enum Extra {
    Nothing,
    /// A chance per opportunity.
    Rate,
    /// A chance, and how long a message is held back.
    RateBy,
    /// A delay of every message.
    By,
    Burst,
    Corruption,
    Bandwidth,
    Flap,
    Restart(&'static str),
    Node(&'static str),
    SlowNode(&'static str),
    Device(&'static str),
    DeviceRate(&'static str),
    SlowDevice(&'static str),
    /// A node's clock errs.
    Drift(&'static str),
    /// Of the witness, if there is one.
    Witness,
}

/// Kinds, how many in 100 runs have one where kinds have weights, and what each needs. Their places
/// are their entities: append only.
const KINDS: &[(&str, u64, Extra)] = &[
    ("loss", 40, Extra::Rate),
    ("burst-loss", 20, Extra::Burst),
    ("duplication", 30, Extra::Rate),
    ("reordering", 30, Extra::RateBy),
    ("corruption", 20, Extra::Corruption),
    ("late", 20, Extra::RateBy),
    ("delay", 20, Extra::By),
    ("bandwidth", 20, Extra::Bandwidth),
    ("clog", 20, Extra::Nothing),
    ("partition", 40, Extra::Nothing),
    ("flap", 10, Extra::Flap),
    ("reset", 30, Extra::Nothing),
    ("crash", 30, Extra::Restart("source")),
    ("crash", 40, Extra::Restart("destination")),
    ("pause", 15, Extra::Node("source")),
    ("pause", 15, Extra::Node("destination")),
    ("slow", 10, Extra::SlowNode("source")),
    ("slow", 10, Extra::SlowNode("destination")),
    ("power-loss", 5, Extra::Restart("")),
    ("bit-rot", 10, Extra::DeviceRate("destination.log")),
    ("torn-write", 20, Extra::DeviceRate("destination.log")),
    ("lost-write", 5, Extra::DeviceRate("destination.log")),
    ("stall", 15, Extra::Device("destination.log")),
    ("stall", 15, Extra::Device("destination.disk")),
    ("slow-disk", 10, Extra::SlowDevice("source.disk")),
    ("slow-disk", 10, Extra::SlowDevice("destination.disk")),
    ("clock-drift", 15, Extra::Drift("source")),
    ("clock-drift", 15, Extra::Drift("destination")),
    ("witness-crash", 25, Extra::Witness),
    ("witness-partition", 25, Extra::Witness),
];

/// Entities of the knobs; those of kinds follow from 100 on, those of clients from 1000 on. Never
/// renumber, only add.
mod knob {
    pub const WEIGHTS: u64 = 1;
    pub const LINK: u64 = 2;
    pub const SOURCE: u64 = 3;
    pub const RULES: u64 = 4;
    pub const UNTIL: u64 = 5;
    pub const WITNESS: u64 = 6;
    pub const SNAPSHOTS: u64 = 7;
    pub const KINDS: u64 = 100;
    pub const CLIENTS: u64 = 1000;
}

/// Whether a kind is survivable where failovers are decided like this.
fn suits(by: Decider, kind: &str, extra: Extra) -> bool {
    match by {
        Decider::Operator => !matches!(extra, Extra::Witness),
        Decider::Witness => !matches!(kind, "bit-rot" | "lost-write"),
    }
}

/// Modes that make sense (Spec 10). As many for each policy, so that the draw stays the same.
const fn modes(mirroring: Mirroring) -> &'static [&'static str; 3] {
    match mirroring {
        Mirroring::Log | Mirroring::ConsistencyPoints => &["sync", "sync", "strict"],
        Mirroring::Snapshots => &["sync"; 3],
    }
}

/// Rules of acknowledgement that can be kept (Spec 10), as many for each policy.
const fn rules(mirroring: Mirroring) -> &'static [&'static str; 4] {
    match mirroring {
        Mirroring::Log => &["received", "logged", "logged", "applied"],
        Mirroring::ConsistencyPoints => &["local", "local", "applied", "applied"],
        Mirroring::Snapshots => &["local"; 4],
    }
}

/// Draws of one entity after the other.
struct Draws<'a> {
    decisions: &'a mut dyn Decisions,
    entity: u64,
    index: u64,
}

impl Draws<'_> {
    /// Turns to another knob.
    fn about(&mut self, entity: u64) {
        (self.entity, self.index) = (entity, 0);
    }

    fn decide(&mut self, choice: Choice<'_>) -> u64 {
        let key = Key { purpose: Purpose::Swarm, entity: self.entity, index: self.index };
        self.index += 1;
        self.decisions.decide(key, choice)
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        let count = u64::try_from(among.len()).expect("a list fits u64");
        let place = self.decide(Choice::Below(count));
        among[usize::try_from(place).expect("a place in a list")]
    }

    fn happens(&mut self, percent: u64) -> bool {
        let share = Ratio::new(percent, 100).expect("a share of a hundred");
        self.decide(Choice::Chance(share)) == 1
    }

    fn knobs(&mut self, scenario: &Scenario, document: &mut Value) {
        self.about(knob::LINK);
        let wan = &mut document["wan"];
        wan["propagation"] = json!(self.pick(&["100us", "1ms", "5ms", "20ms", "80ms"]));
        wan["jitter"] = json!(self.pick(&["0s", "100us", "2ms", "20ms"]));
        wan["bandwidth"] = json!(self.pick(&["20Mbit/s", "100Mbit/s", "1Gbit/s", "10Gbit/s"]));
        wan["transport"] = json!(self.pick(&[Transport::Tcp, Transport::Datagram]));
        wan["retransmit"] = Value::Null;
        self.about(knob::SOURCE);
        let every = self.pick(&[None, Some("50ms"), Some("500ms"), Some("3s"), Some("10s")]);
        document["source"]["consistency_point"]["every"] = json!(every);
        let half = scenario.parameters.nvram_half;
        let times = self.pick(&[1, 2, 4]);
        if half <= Bytes::mib(256) {
            document["source"]["nvram_half"] = json!(Bytes::new(half.get() * times));
        }
        self.about(knob::RULES);
        let mirroring = scenario.parameters.policy.mirroring();
        document["mode"] = json!(self.pick(modes(mirroring)));
        document["ack"] = json!(self.pick(rules(mirroring)));
        if mirroring == Mirroring::Snapshots {
            self.about(knob::SNAPSHOTS);
            document["snapshot"]["every"] = json!(self.pick(&["200ms", "1s", "3s", "10s"]));
        }
        self.about(knob::UNTIL);
        let until = self.pick(&["2s", "5s", "10s", "30s"]);
        if scenario.faults_until.is_none() {
            document["faults_until"] = json!(until);
        }
        if scenario.failover.by == Decider::Witness {
            self.about(knob::WITNESS);
            document["failover"]["lease"] = json!(self.pick(&["300ms", "1s", "2s"]));
            document["failover"]["witness_latency"] = json!(self.pick(&["1ms", "20ms", "100ms"]));
        }
    }

    /// Thinking times, and gaps that only grow, so that no client asks for more than before.
    fn clients(&mut self, document: &mut Value) {
        let clients = document["clients"].as_array_mut().into_iter().flatten();
        for (client, number) in clients.zip(0..) {
            self.about(knob::CLIENTS + number);
            let think = self.pick(&["0s", "100us", "1ms", "10ms", "100ms"]);
            let slower = self.pick(&[1, 2, 5, 10]);
            let Some(arrival) = client["workload"].get_mut("arrival") else { continue };
            if arrival.get("think").is_some() {
                arrival["think"] = json!(think);
            }
            let mean = arrival.get("mean").and_then(Value::as_str);
            if let Some(mean) = mean.and_then(|text| text.parse::<Span>().ok()) {
                let mean = Span::from_nanos(mean.as_nanos().saturating_mul(slower));
                arrival["mean"] = json!(mean);
            }
        }
    }

    fn faults(&mut self, scenario: &Scenario, document: &mut Value) {
        self.about(knob::WEIGHTS);
        let evenly = self.happens(50);
        let taken = scenario.faults.iter().map(|fault| fault.number).max();
        let first = taken.map_or(0, |number| u64::from(number) + 1);
        let mut drawn = Vec::new();
        for (&(kind, weight, extra), place) in KINDS.iter().zip(0..) {
            self.about(knob::KINDS + place);
            let happens = self.happens(if evenly { 50 } else { weight });
            if happens && suits(scenario.failover.by, kind, extra) {
                drawn.push(self.fault(kind, extra, first + place));
            }
        }
        if let Some(faults) = document["faults"].as_array_mut() {
            faults.extend(drawn);
        }
    }

    fn fault(&mut self, kind: &str, extra: Extra, number: u64) -> Value {
        let every = self.pick(&["500ms", "2s", "10s"]);
        let mut fault = json!({ "kind": kind, "number": number, "every": every });
        let lasts = self.pick(&["10ms", "200ms", "1s", "5s"]);
        if matches!(extra, Extra::Restart(_)) || kind == "witness-crash" {
            fault["restart_after"] = json!(lasts);
        } else if kind != "reset" {
            fault["for"] = json!(lasts);
        }
        self.extra(extra, &mut fault);
        fault
    }

    /// The keys of the kind itself.
    fn extra(&mut self, extra: Extra, fault: &mut Value) {
        const RATES: &[&str] = &["0.01%", "0.1%", "1%", "5%"];
        const DIRECTIONS: &[&str] = &["to_destination", "to_source", "both"];
        match extra {
            Extra::Nothing => {}
            Extra::Rate => fault["rate"] = json!(self.pick(RATES)),
            Extra::RateBy => {
                fault["rate"] = json!(self.pick(RATES));
                fault["by"] = json!(self.pick(&["1ms", "30ms", "1s"]));
            }
            Extra::By => fault["by"] = json!(self.pick(&["5ms", "100ms", "2s"])),
            Extra::Burst => {
                fault["to_bad"] = json!(self.pick(RATES));
                fault["to_good"] = json!(self.pick(&["5%", "30%"]));
                fault["rate"] = json!(self.pick(&["30%", "90%"]));
            }
            Extra::Corruption => {
                fault["rate"] = json!(self.pick(RATES));
                fault["caught"] = json!(self.pick(&["by-link", "by-checksum"]));
            }
            Extra::Bandwidth => fault["bandwidth"] = json!(self.pick(&["100kbit/s", "5Mbit/s"])),
            Extra::Flap => {
                fault["up"] = json!(self.pick(&["50ms", "500ms"]));
                fault["down"] = json!(self.pick(&["20ms", "300ms"]));
            }
            Extra::Restart("") => {}
            Extra::Restart(node) | Extra::Node(node) => fault["node"] = json!(node),
            Extra::SlowNode(node) => {
                fault["node"] = json!(node);
                fault["factor"] = json!(self.pick(&[2, 10, 100]));
            }
            Extra::Device(device) => fault["device"] = json!(device),
            Extra::DeviceRate(device) => {
                fault["device"] = json!(device);
                fault["rate"] = json!(self.pick(RATES));
            }
            Extra::Drift(node) => {
                fault["node"] = json!(node);
                fault["clock"] = json!(self.pick(&["fast", "slow"]));
                // What a lease is safe against (Spec 7.6).
                fault["drift"] = json!(self.pick(&["0.1%", "1%", "10%"]));
            }
            Extra::Witness => {
                if let Some(node) = self.pick(&[None, Some("source"), Some("destination")])
                    && fault["kind"] == "witness-partition"
                {
                    fault["node"] = json!(node);
                }
            }
            Extra::SlowDevice(device) => {
                fault["device"] = json!(device);
                fault["factor"] = json!(self.pick(&[2, 10, 100]));
            }
        }
        if fault.get("node").is_none()
            && fault.get("device").is_none()
            && !matches!(extra, Extra::Restart(_) | Extra::Witness)
        {
            fault["direction"] = json!(self.pick(DIRECTIONS));
        }
    }
}
