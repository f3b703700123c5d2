//! The experiment as its JSON writes it: every key, its meaning, its default. Doc comments here
//! become the descriptions of the JSON Schema.

use super::{Axis, Choice, Design, Keep, settings};
use crate::protocol::Policy;
use crate::scenario::Seeds;
use crate::units::Span;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// An experiment of mirrorsim: a scenario, what varies in it, and how often each variant is run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "mirrorsim experiment")]
pub(super) struct Document {
    /// The address of this schema, for editors; means nothing to a run.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// A few words for tables and figures.
    #[serde(default = "unnamed")]
    pub name: String,
    /// What the experiment is to show, in sentences.
    #[serde(default)]
    pub description: String,
    /// The scenario that is varied: its file, as a path from here, or the scenario itself.
    pub scenario: Value,
    /// Keys of the scenario that are set in every run: `"wan.propagation": "20ms"`.
    #[serde(default)]
    pub set: Map<String, Value>,
    /// What varies; none: a single point.
    #[serde(default)]
    pub axes: Vec<AxisText>,
    /// `factorial`: each value of an axis with each of all others; `list`: the first values of all
    /// axes together, then the second ones.
    #[serde(default)]
    pub design: Design,
    /// What every point is run under, with the same seeds; at least one.
    pub policies: Vec<PolicyText>,
    /// The seeds of every point and policy; with `until`, the first of them.
    pub seeds: SeedsText,
    /// Figures of the report: seeds are added to a point until the 95 % interval of each mean is this
    /// narrow, as half its width, under every policy.
    #[serde(default)]
    pub until: BTreeMap<String, f64>,
    /// `until`: seeds of a point at most; 1000.
    #[serde(default)]
    pub at_most: Option<u64>,
    /// Curves that rows keep: `latency`, a distribution; `series`, figures over time.
    #[serde(default)]
    pub keep: Vec<Keep>,
    /// Where a steady state is meant: the simulated time after which a write must be asked for to
    /// count in the figures `steady.…`; null: there are none.
    #[serde(default)]
    pub warm_up: Option<Span>,
    /// The time between two rows of a series; 1s.
    #[serde(default)]
    pub every: Option<Span>,
}

fn unnamed() -> String {
    "unnamed".to_owned()
}

/// What varies: a key of the scenario, or several together.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AxisText {
    /// What it is called in rows; left out: its key.
    pub name: Option<String>,
    /// The key that takes each value; left out: `set` says what a value sets.
    pub key: Option<String>,
    /// The values, in order; at least one.
    pub values: Vec<Value>,
    /// Instead of `key`: for each value, the keys that it sets.
    pub set: Option<Vec<Map<String, Value>>>,
}

impl AxisText {
    /// What it is called: its name, else its key.
    pub fn called(&self) -> Option<&str> {
        self.name.as_deref().or(self.key.as_deref())
    }

    /// The axis, once the rules are checked.
    pub fn resolve(self) -> Axis {
        let name = self.called().expect("an axis has a name or a key").to_owned();
        let of_key = |key: &String| {
            let set = |value: &Value| vec![(key.clone(), value.to_string())];
            self.values.iter().map(set).collect()
        };
        let of_set = || self.set.iter().flatten().map(settings).collect();
        let set = self.key.as_ref().map_or_else(of_set, of_key);
        Axis { name, values: self.values, set }
    }
}

/// A policy by its word, or with a name of its own and what goes with it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PolicyText {
    /// What it is called in rows.
    pub name: String,
    /// What is sent for a block at a consistency point.
    pub policy: Policy,
    /// Keys of the scenario that go with it.
    pub set: Map<String, Value>,
}

/// A policy with what goes with it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PolicyTable {
    /// What it is called in rows; left out: the word of the policy.
    name: Option<String>,
    /// What is sent for a block at a consistency point.
    policy: Policy,
    /// Keys of the scenario that go with it.
    #[serde(default)]
    set: Map<String, Value>,
}

impl PolicyText {
    /// The policy under its name.
    pub fn resolve(self) -> Choice {
        let word = ("policy".to_owned(), Value::from(self.policy.key()).to_string());
        let set = std::iter::once(word).chain(settings(&self.set)).collect();
        Choice { name: self.name, set }
    }
}

impl<'de> Deserialize<'de> for PolicyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PolicyText;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("the word of a policy, or an object with one")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<PolicyText, E> {
                let policy = Policy::deserialize(StrDeserializer::new(word))?;
                Ok(PolicyText { name: word.to_owned(), policy, set: Map::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PolicyText, A::Error> {
                let table = PolicyTable::deserialize(MapAccessDeserializer::new(map))?;
                let PolicyTable { name, policy, set } = table;
                let name = name.unwrap_or_else(|| policy.key().to_owned());
                Ok(PolicyText { name, policy, set })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for PolicyText {
    fn schema_name() -> Cow<'static, str> {
        "PolicyText".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<Policy>();
        let table = generator.subschema_for::<PolicyTable>();
        json_schema!({ "anyOf": [word, table] })
    }
}

/// Seeds: `0..30`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SeedsText(pub Seeds);

impl<'de> Deserialize<'de> for SeedsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(Error::custom)
    }
}

impl JsonSchema for SeedsText {
    fn schema_name() -> Cow<'static, str> {
        "Seeds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["0..30"] })
    }
}
