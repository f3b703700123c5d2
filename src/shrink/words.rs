//! The result as a file for people: keys in the order of the manual, a description, what is expected.

use super::Fingerprint;
use crate::checker::PROPERTIES;
use crate::scenario::file;
use serde_json::{Map, Value, json};

/// Keys in the order of the manual, what says most first; others follow by name.
const ORDER: [&str; 30] = [
    "name",
    "description",
    "kind",
    "node",
    "device",
    "direction",
    "message",
    "when",
    "step",
    "at",
    "every",
    "times",
    "by",
    "for",
    "restart_after",
    "write",
    "read",
    "flush",
    "volume",
    "offset",
    "length",
    "policy",
    "mode",
    "ack",
    "clients",
    "source",
    "wan",
    "destination",
    "failover",
    "faults",
];
/// Keys at the end.
const LAST: [&str; 5] = ["draws", "sabotage", "end", "limits", "expect"];

/// The draft as a scenario file.
pub(super) fn file(draft: &Value) -> String {
    file::laid_out(&ordered(draft))
}

/// The draft as compact JSON, its keys in order.
fn ordered(value: &Value) -> String {
    match value {
        Value::Object(keys) => {
            let mut keys: Vec<_> = keys.iter().collect();
            keys.sort_by_key(|(key, _)| (rank(key), key.as_str()));
            let pairs =
                keys.into_iter().map(|(key, value)| format!("{}:{}", json!(key), ordered(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(ordered).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

fn rank(key: &str) -> usize {
    let place = |list: &[&str]| list.iter().position(|other| *other == key);
    let last = || place(&LAST).map(|place| ORDER.len() + 1 + place);
    place(&ORDER).or_else(last).unwrap_or(ORDER.len())
}

/// The draft with a description and an expectation that it fails like this.
pub(super) fn described(draft: &Value, fingerprint: &Fingerprint) -> Value {
    let mut draft = draft.clone();
    let Fingerprint { property, place } = fingerprint;
    let sentence = PROPERTIES.iter().find(|known| known.name == property);
    let sentence = sentence.map_or("", |known| known.sentence);
    let (kind, state) = (place.kind.replace('_', " "), place.state.replace('_', " "));
    let role = json!(place.role);
    let role = role.as_str().unwrap_or_default();
    draft["description"] = json!(format!(
        "Shrunk. Violates {property}: {sentence} It shows at the {role}, {state}, as {kind}."
    ));
    let mut expect = Map::new();
    expect.insert("verdict".into(), json!("violation"));
    expect.insert("violations.0.property".into(), json!(property));
    expect.insert("violations.0.where.kind".into(), json!(place.kind));
    draft["expect"] = Value::Object(expect);
    draft
}
