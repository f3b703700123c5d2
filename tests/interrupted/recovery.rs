//! The recoveries that are interrupted: small runs, in each of which one thing goes wrong and the
//! sides find together again.

use mirrorsim::scenario::Scenario;
use std::ops::Range;

/// A run in which something is recovered from.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    pub name: &'static str,
    /// What goes wrong, as the scenario lists it.
    pub faults: &'static [&'static str],
    /// What an operator orders, as the scenario says it.
    pub orders: &'static str,
    /// So many that clients still ask when all is well again.
    pub operations: u32,
}

/// Spec 7.1: entries are replayed.
pub const SOURCE_REPLAY: Recovery = Recovery {
    name: "source replay",
    faults: &[r#"{ "kind": "crash", "node": "source", "at": "13ms", "restart_after": "1ms" }"#],
    orders: "",
    operations: 45,
};

/// Spec 7.3: log storage is scanned.
pub const DESTINATION_SCAN: Recovery = Recovery {
    name: "destination scan",
    faults: &[
        r#"{ "kind": "crash", "node": "destination", "at": "13ms", "restart_after": "1ms" }"#,
    ],
    orders: "",
    operations: 45,
};

/// Spec 6.5: more changed than fits a CP, so that there are passes, then a CP in full.
pub const RESYNCHRONIZATION: Recovery = Recovery {
    name: "resynchronization",
    faults: &[r#"{ "kind": "partition", "at": "5ms", "for": "14ms" }"#],
    orders: "",
    operations: 55,
};

/// Spec 7.4: the site burns, the destination goes on, the old source returns and is resynchronized.
pub const PROMOTION: Recovery = Recovery {
    name: "promotion",
    faults: &[
        r#"{ "kind": "disaster", "node": "source", "at": "13ms" }"#,
        r#"{ "kind": "return", "node": "source", "at": "24ms" }"#,
    ],
    orders: r#""failover": { "at": "14ms" },"#,
    operations: 60,
};

/// Spec 7.5, 7.7: both sides serve for a while; what the old source changed alone is set aside.
pub const FORCED: Recovery = Recovery {
    name: "forced promotion",
    faults: &[r#"{ "kind": "partition", "at": "5ms", "for": "15ms" }"#],
    orders: r#""failover": { "at": "14ms", "force": true },"#,
    operations: 60,
};

/// All of them.
pub const ALL: [Recovery; 5] =
    [SOURCE_REPLAY, DESTINATION_SCAN, RESYNCHRONIZATION, PROMOTION, FORCED];

/// The knobs that a matrix goes through: mode, transport, rule, seed.
#[derive(Debug, Clone, Copy)]
pub struct Knobs {
    pub mode: &'static str,
    pub transport: &'static str,
    pub ack: &'static str,
    pub seed: u64,
}

/// Every combination, with these seeds.
pub fn knobs(seeds: Range<u64>) -> Vec<Knobs> {
    let mut all = Vec::new();
    for seed in seeds {
        for mode in ["sync", "strict"] {
            for transport in ["tcp", "datagram"] {
                for ack in ["logged", "applied"] {
                    all.push(Knobs { mode, transport, ack, seed });
                }
            }
        }
    }
    all
}

impl Recovery {
    /// The scenario with these knobs, and with `crashes` beside what goes wrong anyway.
    pub fn scenario(&self, knobs: &Knobs, crashes: &[String]) -> Scenario {
        let faults = self.faults.iter().map(|fault| (*fault).to_owned());
        let faults: Vec<_> = faults.chain(crashes.iter().cloned()).collect();
        let (Knobs { mode, transport, ack, .. }, orders) = (knobs, self.orders);
        let operations = self.operations;
        let link = match *transport {
            "tcp" => "",
            _ => r#", "jitter": "200us", "loss": "1%", "retransmit": "2ms""#,
        };
        let text = format!(
            r#"{{ "mode": "{mode}", "ack": "{ack}", "metadata": "tree", {orders}
  "clients": [ {{ "timeout": "12ms", "workload": {{
    "count": {operations}, "span": "192KiB", "alignment": "512B", "reads": "10%", "flush_every": 9,
    "sizes": [ {{ "size": "4KiB", "weight": 3 }}, {{ "size": "700B", "weight": 1 }},
               {{ "size": "12KiB", "weight": 1 }} ],
    "arrival": {{ "kind": "poisson", "mean": "1ms" }} }} }} ],
  "source": {{ "nvram_half": "32KiB", "nvram_latency": "50us",
               "consistency_point": {{ "every": "4ms" }} }},
  "cp": {{ "message_bytes": "16KiB" }},
  "wan": {{ "transport": "{transport}", "propagation": "300us"{link} }},
  "timeout": "4ms", "reconnect": "3ms",
  "limits": {{ "simulated": "20s", "events": 400000 }},
  "faults": [ {} ] }}"#,
            faults.join(", ")
        );
        Scenario::parse(&text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}
