//! A scenario that is being shrunk, as JSON: its operations, faults and moments, and copies that have
//! fewer of them.

use crate::units::Span;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Which operation: client and place in its list.
pub(super) type Place = (usize, usize);

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The operations of a client; none if it does not list them.
pub(super) fn operations_of(client: &Value) -> &[Value] {
    list(&client["workload"], "operations")
}

/// Every operation that is listed.
pub(super) fn operations(draft: &Value) -> Vec<Place> {
    let clients = list(draft, "clients").iter().enumerate();
    let places = clients.flat_map(|(client, value)| {
        (0..operations_of(value).len()).map(move |place| (client, place))
    });
    places.collect()
}

/// How many writes there are. What is not listed may write whatever it asks for.
pub(super) fn writes(draft: &Value) -> u64 {
    let listed = |client: &Value| {
        let writes = |operation: &&Value| operation.get("write").is_some();
        operations_of(client).iter().filter(writes).count() as u64
    };
    let unlisted = |client: &Value| match client["workload"].get("operations") {
        Some(_) => 0,
        None => client["workload"]["count"].as_u64().unwrap_or(MANY),
    };
    list(draft, "clients").iter().map(|client| listed(client) + unlisted(client)).sum()
}

/// What a workload asks for that does not say how much, as far as anybody counts.
const MANY: u64 = 10_000;

/// How many faults there are.
pub(super) fn faults(draft: &Value) -> u64 {
    list(draft, "faults").len() as u64
}

/// The draft with these operations alone; a client that has none left goes too. Operations that wait
/// for one that is gone wait for nothing.
pub(super) fn with_operations(draft: &Value, kept: &[Place]) -> Value {
    let kept: BTreeSet<Place> = kept.iter().copied().collect();
    let mut clients = Vec::new();
    for (number, client) in list(draft, "clients").iter().enumerate() {
        if client["workload"].get("operations").is_none() {
            clients.push(client.clone());
            continue;
        }
        let places: Vec<usize> =
            kept.iter().filter(|(owner, _)| *owner == number).map(|(_, place)| *place).collect();
        let all = operations_of(client);
        let operations: Vec<Value> =
            places.iter().map(|place| renumbered(&all[*place], &places)).collect();
        if !operations.is_empty() {
            let mut client = client.clone();
            client["workload"]["operations"] = Value::Array(operations);
            clients.push(client);
        }
    }
    let mut draft = draft.clone();
    draft["clients"] = Value::Array(clients);
    draft
}

/// The operation where only those at these places are left.
fn renumbered(operation: &Value, places: &[usize]) -> Value {
    let mut operation = operation.clone();
    let Some(after) = operation.get("after").and_then(Value::as_u64) else { return operation };
    let waited = places.iter().position(|place| *place as u64 + 1 == after);
    match (waited, operation.as_object_mut()) {
        (Some(place), _) => operation["after"] = json!(place + 1),
        (None, Some(keys)) => {
            keys.remove("after");
        }
        (None, None) => {}
    }
    operation
}

/// The draft with the faults at these places alone.
pub(super) fn with_faults(draft: &Value, kept: &[usize]) -> Value {
    let all = list(draft, "faults");
    let faults = kept.iter().map(|place| all[*place].clone()).collect();
    let mut draft = draft.clone();
    draft["faults"] = Value::Array(faults);
    draft
}

/// A copy with another value at a JSON pointer, whose parent is there.
pub(super) fn with(draft: &Value, pointer: &str, value: Value) -> Value {
    let mut draft = draft.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if let Some(keys) = draft.pointer_mut(parent).and_then(Value::as_object_mut) {
        keys.insert(key.to_owned(), value);
    }
    draft
}

/// A copy without the key at a JSON pointer.
pub(super) fn without(draft: &Value, pointer: &str) -> Value {
    let mut draft = draft.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if let Some(keys) = draft.pointer_mut(parent).and_then(Value::as_object_mut) {
        keys.remove(key);
    }
    draft
}

/// JSON pointers of all keys, an object before the keys in it. Items of lists have no key of their
/// own.
pub(super) fn pointers(draft: &Value) -> Vec<String> {
    let mut found = Vec::new();
    descend(draft, "", &mut found);
    found
}

fn descend(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(keys) => keys_of(keys, at, found),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                descend(item, &format!("{at}/{place}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn keys_of(keys: &Map<String, Value>, at: &str, found: &mut Vec<String>) {
    for (key, value) in keys {
        let pointer = format!("{at}/{key}");
        found.push(pointer.clone());
        descend(value, &pointer, found);
    }
}

/// Where moments stand, and the moments: those of operations, of faults, of the operator. In order
/// of time.
pub(super) fn moments(draft: &Value) -> Vec<(String, Span)> {
    let mut found: Vec<(String, Span)> = Vec::new();
    for (client, place) in operations(draft) {
        let pointer = format!("/clients/{client}/workload/operations/{place}/at");
        let at = draft.pointer(&pointer).and_then(span).unwrap_or(Span::ZERO);
        found.push((pointer, at));
    }
    for place in 0..list(draft, "faults").len() {
        let pointer = format!("/faults/{place}/at");
        if let Some(at) = draft.pointer(&pointer).and_then(span) {
            found.push((pointer, at));
        }
    }
    if let Some(at) = draft.pointer("/failover/at").and_then(span) {
        found.push(("/failover/at".to_owned(), at));
    }
    found.sort_by_key(|(_, at)| *at);
    found
}

/// The span that a value says, if it is one.
pub(super) fn span(value: &Value) -> Option<Span> {
    value.as_str()?.parse().ok()
}
