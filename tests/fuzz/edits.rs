//! Edits of a scenario's tree: most keep its shape, so that many results still make sense.

use crate::corpus::CORPUS;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// A change of a tree; places are chosen among those that are there.
#[derive(Debug, Clone)]
pub enum Edit {
    /// Another value that some scenario has at such a place.
    Borrow(Index, Index),
    /// A key that some scenario has in such an object, with its value.
    Adopt(Index, Index, Index),
    /// The number of a quantity times a factor, or 0, or 1; its unit stays.
    Scale(Index, Factor),
    /// A value that fits nowhere.
    Replace(Index, Value),
    /// A key or an item is taken out.
    Remove(Index),
    /// A key is misspelt, an item doubled.
    Spoil(Index),
}

/// What a number becomes.
#[derive(Debug, Clone, Copy)]
pub enum Factor {
    Zero,
    One,
    Double,
    Thousand,
    Billion,
    Half,
    Thousandth,
    Off,
}

impl Edit {
    pub fn any() -> impl Strategy<Value = Self> {
        let at = any::<Index>;
        prop_oneof![
            6 => (at(), at()).prop_map(|(place, value)| Self::Borrow(place, value)),
            6 => (at(), at(), at()).prop_map(|(place, key, value)| Self::Adopt(place, key, value)),
            4 => (at(), factor()).prop_map(|(place, factor)| Self::Scale(place, factor)),
            2 => (at(), hostile()).prop_map(|(place, value)| Self::Replace(place, value)),
            1 => at().prop_map(Self::Remove),
            1 => at().prop_map(Self::Spoil),
        ]
    }

    pub fn apply(&self, tree: &mut Value) {
        match self {
            Self::Borrow(place, value) => {
                let (node, place) = chosen(tree, *place, |_| true);
                let values = CORPUS.values(&place);
                if !values.is_empty() {
                    *node = value.get(values).clone();
                }
            }
            Self::Adopt(place, key, value) => {
                let (node, place) = chosen(tree, *place, Value::is_object);
                let keys = CORPUS.keys_below(&place);
                if let (Value::Object(map), false) = (node, keys.is_empty()) {
                    let (key, values) = key.get(&keys);
                    map.insert((*key).to_owned(), value.get(values).clone());
                }
            }
            Self::Scale(place, factor) => {
                let (node, _) = chosen(tree, *place, |node| factor.of(node).is_some());
                if let Some(scaled) = factor.of(node) {
                    *node = scaled;
                }
            }
            Self::Replace(place, value) => *chosen(tree, *place, |_| true).0 = value.clone(),
            Self::Remove(place) => remove(chosen(tree, *place, has_children).0, *place),
            Self::Spoil(place) => spoil(chosen(tree, *place, has_children).0, *place),
        }
    }
}

fn factor() -> impl Strategy<Value = Factor> {
    use Factor::{Billion, Double, Half, Off, One, Thousand, Thousandth, Zero};
    prop::sample::select(vec![Zero, One, Double, Thousand, Billion, Half, Thousandth, Off])
}

impl Factor {
    /// A number, or a text that begins with one, changed.
    fn of(self, value: &Value) -> Option<Value> {
        match value {
            Value::Number(number) => number.as_u64().map(|number| self.scaled(number).into()),
            Value::String(text) => {
                let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
                let number = text[..end].parse().ok()?;
                Some(format!("{}{}", self.scaled(number), &text[end..]).into())
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn scaled(self, number: u64) -> u64 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
            Self::Double => number.saturating_mul(2),
            Self::Thousand => number.saturating_mul(1000),
            Self::Billion => number.saturating_mul(1_000_000_000),
            Self::Half => number / 2,
            Self::Thousandth => number / 1000,
            Self::Off => number.saturating_add(1),
        }
    }
}

/// Values that make no sense, or only just.
pub fn hostile() -> impl Strategy<Value = Value> {
    let deep = |depth| (0..depth).fold(Value::Null, |inner, _| json!([inner]));
    let number = prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 32), any::<u64>()];
    let units = ["B", "KiB", "PiB", "EiB", "ns", "us", "s", "h", "bit/s", "GB/s", "%", "/7", ""];
    let quantity = (number.clone(), prop::sample::select(units.to_vec()));
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(1e308)),
        quantity.prop_map(|(number, unit)| Value::from(format!("{number}{unit}"))),
        r"\PC{0,12}".prop_map(Value::from),
        Just(json!("a\u{0}b\u{1b}[31m")),
        Just(json!("x".repeat(100_000))),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"": null})),
        (1..300_u32).prop_map(deep),
    ]
}

const fn has_children(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

fn remove(node: &mut Value, place: Index) {
    match node {
        Value::Array(list) if !list.is_empty() => {
            list.remove(place.index(list.len()));
        }
        Value::Object(map) if !map.is_empty() => {
            let key = place.get(&map.keys().cloned().collect::<Vec<_>>()).clone();
            map.remove(&key);
        }
        _ => {}
    }
}

fn spoil(node: &mut Value, place: Index) {
    match node {
        Value::Array(list) if !list.is_empty() => {
            let item = place.get(list).clone();
            list.push(item);
        }
        Value::Object(map) if !map.is_empty() => {
            let key = place.get(&map.keys().cloned().collect::<Vec<_>>()).clone();
            let value = map.remove(&key).unwrap_or_default();
            map.insert(key.chars().rev().collect(), value);
        }
        _ => {}
    }
}

/// One of the nodes for which `fits` holds, and its place; the root, if there is none.
fn chosen(tree: &mut Value, place: Index, fits: impl Fn(&Value) -> bool) -> (&mut Value, String) {
    let mut found = Vec::new();
    walk(tree, "", "", &mut |value, pointer, place| {
        if fits(value) {
            found.push((pointer.to_owned(), place.to_owned()));
        }
    });
    let (pointer, place) =
        if found.is_empty() { Default::default() } else { place.get(&found).clone() };
    (tree.pointer_mut(&pointer).expect("it was just found"), place)
}

fn walk(value: &Value, pointer: &str, place: &str, see: &mut dyn FnMut(&Value, &str, &str)) {
    see(value, pointer, place);
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                let dot = if place.is_empty() { "" } else { "." };
                walk(below, &format!("{pointer}/{escaped}"), &format!("{place}{dot}{key}"), see);
            }
        }
        Value::Array(list) => {
            for (number, below) in list.iter().enumerate() {
                walk(below, &format!("{pointer}/{number}"), &format!("{place}[]"), see);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
