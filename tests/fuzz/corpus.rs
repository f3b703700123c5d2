//! What is mutated: the scenarios and experiments of this repository, and the values that their keys
//! take.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// A file of the repository.
#[derive(Debug)]
pub struct Written {
    pub name: String,
    pub text: String,
    pub value: Value,
}

/// Everything that is kept under `scenarios`.
#[derive(Debug)]
pub struct Corpus {
    pub scenarios: Vec<Written>,
    pub experiments: Vec<Written>,
    /// Paths of keys as overrides write them, `clients.0.workload.count`.
    pub keys: Vec<String>,
    /// What stands somewhere under a key of this path, `clients[].workload`: fit for this place.
    values: BTreeMap<String, Vec<Value>>,
}

pub static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let mut scenarios = files("scenarios");
    scenarios.extend(files("scenarios/sabotage"));
    let experiments = files("scenarios/experiments");
    let (mut keys, mut values) = (BTreeSet::new(), BTreeMap::new());
    for written in &scenarios {
        gather(&written.value, "", "", &mut keys, &mut values);
        // What was left out has a value too.
        let scenario = mirrorsim::scenario::Scenario::parse(&written.text, &[]);
        let resolved = scenario.expect("a scenario of the repository");
        let resolved = serde_json::from_str(resolved.canonical()).expect("canonical text is JSON");
        gather(&resolved, "", "", &mut keys, &mut values);
    }
    for list in values.values_mut() {
        list.sort_by_key(Value::to_string);
        list.dedup();
    }
    Corpus { scenarios, experiments, keys: keys.into_iter().collect(), values }
});

impl Corpus {
    /// Values that stand at such a place.
    pub fn values(&self, place: &str) -> &[Value] {
        self.values.get(place).map_or(&[], Vec::as_slice)
    }

    /// Keys that stand in objects at such a place, with what they hold.
    pub fn keys_below(&self, place: &str) -> Vec<(&str, &[Value])> {
        let start = if place.is_empty() { String::new() } else { format!("{place}.") };
        let below = self.values.iter().filter_map(|(path, values)| {
            let key = path.strip_prefix(start.as_str())?;
            let direct = !key.is_empty() && !key.contains(['.', '[']);
            direct.then_some((key, values.as_slice()))
        });
        below.collect()
    }
}

fn files(folder: &str) -> Vec<Written> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it is listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let read = |path: &Path| {
        let text = fs::read_to_string(path).expect("it is text");
        let value = serde_json::from_str(&text).expect("it is JSON");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Written { name, text, value }
    };
    paths.iter().map(|path| read(path)).collect()
}

/// Notes every value of a tree under the path of its place.
fn gather(
    value: &Value,
    place: &str,
    path: &str,
    keys: &mut BTreeSet<String>,
    values: &mut BTreeMap<String, Vec<Value>>,
) {
    if !path.is_empty() {
        keys.insert(path.to_owned());
    }
    values.entry(place.to_owned()).or_default().push(value.clone());
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                let dot = if place.is_empty() { "" } else { "." };
                let (place, path) = (format!("{place}{dot}{key}"), format!("{path}{dot}{key}"));
                gather(below, &place, &path, keys, values);
            }
        }
        Value::Array(list) => {
            for (number, below) in list.iter().enumerate() {
                let (place, path) = (format!("{place}[]"), format!("{path}.{number}"));
                gather(below, &place, &path, keys, values);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
