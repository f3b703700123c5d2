//! Rows of an experiment with whole figures, and pages of their figures.

use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// Two policies at three round trips, two seeds each. Of `references` 10, 20 and 30 % are saved; the
/// median write takes a round trip, the slowest three.
pub fn rows() -> String {
    let mut text = String::new();
    for (point, (trip, share)) in [(2, 0.1), (20, 0.2), (40, 0.3)].into_iter().enumerate() {
        for policy in ["references", "full-blocks"] {
            for seed in 0..2 {
                let saved = if policy == "references" { share } else { 0.0 };
                let row = json!({
                    "point": point, "at": { "round trip": format!("{trip}ms") }, "policy": policy,
                    "seed": seed, "word": "pass", "scenario_hash": format!("{point}{policy}"),
                    "digest": format!("d{seed}"), "figures": figures(trip * 1_000_000, saved),
                    "curves": curves(trip * 1_000_000),
                });
                text.push_str(&format!("{row}\n"));
            }
        }
    }
    text
}

fn figures(trip: u64, saved: f64) -> Value {
    let mut figures = Map::new();
    let mut set = |key: &str, value: Value| figures.insert(key.to_owned(), value);
    set("saved.of_wan", json!(saved));
    set("writes.bytes", json!(1_000_000));
    set("writes.per_second", json!(1_000_000_000 / trip));
    set("wan.to_destination.total", json!(1_500_000));
    set("wan.to_destination.log_blocks", json!(1_000_000));
    set("wan.to_destination.cp_blocks", json!(1_000_000.0 * (0.5 - saved)));
    set("wan.to_source.acknowledgements", json!(20_000));
    set("recovery.failures.0.resync_ns", json!(trip * 9));
    set("synchronization.consistency_points", json!(40));
    set("synchronization.by_trigger.back_to_back", json!(10));
    for (key, times) in [("p50_ns", 1), ("p90_ns", 2), ("p99_ns", 3), ("max_ns", 4)] {
        set(&format!("latency.write.{key}"), json!(trip * times));
        set(&format!("rpo.{key}"), json!(trip * times));
        set(&format!("synchronization.duration.{key}"), json!(trip * times * 2));
    }
    set("latency.write.count", json!(1000));
    Value::Object(figures)
}

/// Ten intervals of a second; a fault from the fourth to the sixth, out of sync a second longer.
fn curves(trip: u64) -> Value {
    let every = |of: fn(u64, u64) -> u64| (1..=10).map(|n| of(n, trip)).collect::<Vec<_>>();
    let second = 1_000_000_000_u64;
    json!({
        "latency.write": { "ns": [trip, trip * 2, trip * 3], "share": [0.5, 0.9, 1.0] },
        "series": {
            "time_ns": every(|n, _| n * 1_000_000_000),
            "writes_acknowledged": every(|n, _| n * 100),
            "write_p50_ns": every(|_, trip| trip),
            "write_max_ns": every(|n, trip| trip * n),
            "nvram_bytes": every(|n, _| n * 4096),
            "nvlog_bytes": every(|n, _| n * 8192),
            "link_queue_bytes": every(|n, _| n * 512),
            "rpo_ns": every(|n, trip| if n > 4 { trip * n } else { 0 }),
        },
        "consistency_points": { "begin_ns": [second, second * 8], "end_ns": [second * 2, null] },
        "out_of_sync": { "begin_ns": [second * 4], "end_ns": [second * 7] },
        "faults": { "begin_ns": [second * 4], "end_ns": [second * 6] },
    })
}

/// A folder with results and what is made of them.
pub struct Made(TempDir);

impl Made {
    /// The results of [`rows`], in `results`.
    pub fn new() -> Self {
        let made = Self(tempfile::tempdir().expect("a directory to write to"));
        std::fs::create_dir(made.path("results")).expect("a directory can be made");
        made.write("results/rows.jsonl", &rows());
        made.write("results/manifest.json", r#"{ "experiment": { "name": "over <distance>" } }"#);
        made
    }

    /// Where a file of this name lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file can be written");
    }

    /// Runs the program here, which must succeed.
    #[track_caller]
    pub fn run(&self, words: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorsim"));
        command.args(words).current_dir(self.0.path()).env("NO_COLOR", "1");
        let ended = command.output().expect("the program starts");
        assert!(ended.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
    }

    /// The page of a figure of the results.
    #[track_caller]
    pub fn plot(&self, words: &[&str]) -> PathBuf {
        self.run(&[&["plot", "results", "-o", "figure.html"], words].concat());
        self.path("figure.html")
    }
}
