//! The manifest of a folder of results: everything that decides what its rows are.

use super::shard::Layout;
use super::{Outline, Seeds};
use crate::random::GENERATOR;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use xxhash_rust::xxh3::xxh3_128;

/// Name and version of the format.
pub const FORMAT: &str = "mirrorsim-results/1";

/// What a folder holds. Whoever adds to it, or reads it, must mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and version of the format.
    pub format: String,
    /// The version of mirrorsim.
    pub version: String,
    /// Name and version of the generator that seeds go into.
    pub generator: String,
    /// The command whose runs these are.
    pub command: String,
    /// The scenarios, in their order.
    pub scenarios: Vec<Named>,
    /// The seeds of each.
    pub seeds: Seeds,
    /// What else decides what rows are, by the name of the option.
    pub settings: BTreeMap<String, Value>,
    /// What the scenario is varied by, if it is an experiment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Outline>,
    /// Runs of all shards together; of an experiment that adds seeds until intervals are narrow, its
    /// points.
    pub runs: u64,
    /// Shards.
    pub shards: NonZeroU64,
    /// Runs of a chunk.
    pub chunk: NonZeroU64,
}

/// A scenario by its file and its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The file as the command line names it.
    pub file: String,
    /// The hash of the resolved scenario.
    pub hash: String,
    /// A digest of every trace that it replays, by the path that the scenario has for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub traces: BTreeMap<String, String>,
}

/// What a command's runs are, beside the versions of this program.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The command.
    pub command: &'static str,
    /// The scenarios, in their order.
    pub scenarios: Vec<Named>,
    /// The seeds of each.
    pub seeds: Seeds,
    /// What else decides what rows are.
    pub settings: BTreeMap<String, Value>,
    /// What the scenario is varied by, if it is an experiment.
    pub experiment: Option<Outline>,
}

impl Manifest {
    /// The manifest of this program's runs of `subject`, kept like this.
    #[must_use]
    pub fn new(subject: Subject, layout: Layout) -> Self {
        let Subject { command, scenarios, seeds, settings, experiment } = subject;
        let Layout { runs, shards, chunk } = layout;
        Self {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            generator: GENERATOR.to_owned(),
            command: command.to_owned(),
            scenarios,
            seeds,
            settings,
            experiment,
            runs,
            shards,
            chunk,
        }
    }

    /// Its file.
    #[must_use]
    pub fn render(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest is plain JSON") + "\n"
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A sentence about what is no manifest of this version of the format.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        match value.get("format").and_then(Value::as_str) {
            Some(FORMAT) => {}
            Some(other) => return Err(format!("its format is {other}, not {FORMAT}")),
            None => return Err("it names no format".to_owned()),
        }
        let manifest: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let (runs, product) = (manifest.runs, manifest.product());
        if runs != product {
            return Err(format!("it counts {runs} runs where scenarios and seeds give {product}"));
        }
        Ok(manifest)
    }

    /// How many runs, or points, all that it names gives.
    fn product(&self) -> u64 {
        match &self.experiment {
            Some(outline) => outline.lots(self.seeds),
            None => self.seeds.count().saturating_mul(self.scenarios.len() as u64),
        }
    }

    /// A digest of all it says: chunks name it.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{:032x}", xxh3_128(self.render().as_bytes()))
    }

    /// How its runs are kept.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        Layout { runs: self.runs, shards: self.shards, chunk: self.chunk }
    }

    /// What differs between this one and another: a line for each key, this one's value first.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let value = |manifest| serde_json::to_value(manifest).expect("a manifest is plain JSON");
        let mut lines = Vec::new();
        compare("", &value(self), &value(other), &mut lines);
        lines
    }
}

/// Adds a line for each place where `there` and `here` differ.
fn compare(key: &str, there: &Value, here: &Value, lines: &mut Vec<String>) {
    if there == here {
        return;
    }
    let within = |inner: &str| {
        if key.is_empty() { inner.to_owned() } else { format!("{key}.{inner}") }
    };
    match (there, here) {
        (Value::Object(there), Value::Object(here)) => {
            let keys = there.keys().chain(here.keys().filter(|key| !there.contains_key(*key)));
            for inner in keys {
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(inner).cloned().unwrap_or_default()
                };
                compare(&within(inner), &of(there), &of(here), lines);
            }
        }
        (Value::Array(there), Value::Array(here)) if there.len() == here.len() => {
            for (place, (there, here)) in there.iter().zip(here).enumerate() {
                compare(&within(&place.to_string()), there, here, lines);
            }
        }
        (Value::Array(there), Value::Array(here)) => {
            lines.push(format!("{key}: {} of them there, {} here", there.len(), here.len()));
        }
        (there, here) => lines.push(format!("{key}: {there} there, {here} here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let number = |number| NonZeroU64::new(number).expect("from 1 on");
        let named = |file: &str| Named {
            file: file.to_owned(),
            hash: format!("hash of {file}"),
            traces: BTreeMap::new(),
        };
        let subject = Subject {
            command: "check",
            scenarios: ["a.json", "b.json"].map(named).into(),
            seeds: "3..8".parse().expect("a range"),
            settings: [("set".to_owned(), Value::from(vec!["wan.jitter=1ms"]))].into(),
            experiment: None,
        };
        Manifest::new(subject, Layout { runs: 10, shards: number(4), chunk: number(2) })
    }

    #[test]
    fn a_manifest_reads_back_as_it_was() {
        let manifest = manifest();
        let again = Manifest::parse(manifest.render().as_bytes()).expect("a manifest");
        assert_eq!(again, manifest);
        assert_eq!(again.identity(), manifest.identity());
        assert!(manifest.differences(&again).is_empty());
        assert_eq!(manifest.layout().runs, 10);
    }

    #[test]
    fn what_differs_is_named() {
        let one = manifest();
        let mut other = one.clone();
        other.seeds = "3..9".parse().expect("a range");
        other.scenarios[1].hash = "another".to_owned();
        other.settings.insert("twice".to_owned(), Value::from(3));
        let lines = one.differences(&other);
        let wanted = [
            "scenarios.1.hash: \"hash of b.json\" there, \"another\" here",
            "seeds.last: 7 there, 8 here",
            "settings.twice: null there, 3 here",
        ];
        assert_eq!(lines, wanted);
        assert_ne!(one.identity(), other.identity());
        other.scenarios.pop();
        assert_eq!(one.differences(&other)[0], "scenarios: 2 of them there, 1 here");
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        let text = manifest().render();
        for (text, sentence) in [
            ("{".to_owned(), "EOF while parsing"),
            ("{}".to_owned(), "it names no format"),
            (text.replace("results/1", "results/2"), "its format is mirrorsim-results/2, not"),
            (text.replace("\"runs\": 10", "\"runs\": 11"), "it counts 11 runs where"),
            (text.replace("\"shards\": 4", "\"shards\": 0"), "expected a nonzero u64"),
            (text.replace("\"chunk\"", "\"chunks\""), "unknown field `chunks`"),
        ] {
            let refused = Manifest::parse(text.as_bytes()).expect_err("it is none");
            assert!(refused.contains(sentence), "{refused:?} does not say {sentence:?}");
        }
    }
}
