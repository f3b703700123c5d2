//! Axes of an experiment: names, and values in order.

use super::scale::is_wide;
use super::unit::Unit;
use crate::units::{Bytes, Rate, Ratio, Span};
use serde_json::Value;

/// An axis, or the policy, which is one too.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub name: String,
    /// What its values count; none: they are words.
    pub unit: Option<Unit>,
    /// Distinct; numbers in rising order, words as they first came.
    pub values: Vec<Tick>,
}

/// A value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// As the rows have it.
    pub value: Value,
    /// Where it stands: the number, or which word it is.
    pub at: f64,
    /// As people read it.
    pub label: String,
}

impl Axis {
    /// The axis with these values, which may repeat.
    pub fn new<'a>(name: &str, values: impl Iterator<Item = &'a Value>) -> Self {
        let mut distinct: Vec<&Value> = Vec::new();
        for value in values {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        let numbers: Option<Vec<_>> = distinct.iter().map(|value| number(value)).collect();
        let unit = numbers.as_deref().and_then(common);
        let ticks = distinct.iter().enumerate().map(|(place, value)| {
            let number = unit.and(number(value));
            let at = number.map_or_else(|| whole(place), |(number, _)| number);
            let label = match (number, unit) {
                (Some((number, _)), Some(unit)) => unit.label(number),
                _ => words(value),
            };
            Tick { value: (*value).clone(), at, label }
        });
        let mut values: Vec<_> = ticks.collect();
        values.sort_by(|one, other| one.at.total_cmp(&other.at));
        Self { name: name.to_owned(), unit, values }
    }

    /// The axis with these words, which may look like numbers.
    pub fn of_words<'a>(name: &str, values: impl Iterator<Item = &'a Value>) -> Self {
        let mut axis = Self { name: name.to_owned(), unit: None, values: Vec::new() };
        for value in values {
            if axis.find(value).is_none() {
                let (at, label) = (whole(axis.values.len()), words(value));
                axis.values.push(Tick { value: value.clone(), at, label });
            }
        }
        axis
    }

    /// Which of its values this is.
    pub fn find(&self, value: &Value) -> Option<usize> {
        self.values.iter().position(|tick| tick.value == *value)
    }

    /// The value that a person means by `text`: as the rows have it, as it is shown, or equal to it.
    pub fn meant(&self, text: &str) -> Option<&Tick> {
        let same = |tick: &&Tick| words(&tick.value) == text || tick.label == text;
        let asked = number(&Value::String(text.to_owned()));
        let equal = |tick: &&Tick| {
            asked.is_some_and(|(n, unit)| Some(unit) == self.unit && same_number(n, tick.at))
        };
        self.values.iter().find(same).or_else(|| self.values.iter().find(equal))
    }

    /// Whether its values are better seen on a logarithmic scale: they span far, or are lengths each
    /// of which is a multiple of the one before.
    pub fn is_wide(&self) -> bool {
        const FAR: f64 = 8.0;
        const MULTIPLE: f64 = 1.5;
        let numbers: Vec<_> = self.values.iter().map(|tick| tick.at).collect();
        let multiples = numbers.windows(2).all(|two| two[0] > 0.0 && two[1] >= two[0] * MULTIPLE);
        let far =
            numbers.last().zip(numbers.first()).is_some_and(|(last, first)| *last >= first * FAR);
        let grow = self.unit == Some(Unit::Bytes) && numbers.len() > 2 && far && multiples;
        self.unit.is_some() && (grow || is_wide(numbers.into_iter()))
    }

    /// Whether it has more than one value.
    pub fn varies(&self) -> bool {
        self.values.len() > 1
    }
}

fn same_number(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}

#[expect(clippy::cast_precision_loss, reason = "an axis has few values")]
fn whole(place: usize) -> f64 {
    place as f64
}

/// The unit that all numbers share.
fn common(numbers: &[(f64, Unit)]) -> Option<Unit> {
    let (_, first) = numbers.first()?;
    numbers.iter().all(|(_, unit)| unit == first).then_some(*first)
}

/// A value as a number of the base unit.
#[expect(clippy::cast_precision_loss, reason = "figures show fewer digits than a float holds")]
fn number(value: &Value) -> Option<(f64, Unit)> {
    let text = match value {
        Value::Number(number) => return Some((number.as_f64()?, Unit::Count)),
        Value::String(text) => text,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some((number, Unit::Count));
    }
    let bytes = text.parse::<Bytes>().map(|bytes| (bytes.get() as f64, Unit::Bytes));
    let span = || text.parse::<Span>().map(|span| (span.as_nanos() as f64, Unit::Time));
    let rate = || text.parse::<Rate>().map(|rate| (rate.get() as f64, Unit::Rate));
    let known = bytes.or_else(|_| span()).or_else(|_| rate()).ok();
    known.or_else(|| share(text).map(|share| (share, Unit::Share)))
}

/// `0.1%` or `1/10000`.
fn share(text: &str) -> Option<f64> {
    text.parse::<Ratio>().ok()?;
    let parts = text.trim_end_matches('%').trim().split_once('/');
    match parts {
        Some((part, whole)) => {
            let [part, whole] = [part, whole].map(|digits| digits.trim().parse::<f64>().ok());
            Some(part? / whole?)
        }
        None => Some(text.trim_end_matches('%').trim().parse::<f64>().ok()? / 100.0),
    }
}

/// A value that is no number, as words.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => super::style::clean(text),
        Value::Null => "none".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn axis(values: &[Value]) -> (Option<Unit>, Vec<(f64, String)>) {
        let axis = Axis::new("an axis", values.iter());
        (axis.unit, axis.values.into_iter().map(|tick| (tick.at, tick.label)).collect())
    }

    #[test]
    fn values_with_units_are_numbers_in_order() {
        let (unit, values) = axis(&[json!("64KiB"), json!("512B"), json!("64KiB"), json!("4KiB")]);
        assert_eq!(unit, Some(Unit::Bytes));
        let expected = [(512.0, "512 B"), (4096.0, "4 KiB"), (65536.0, "64 KiB")];
        assert_eq!(values, expected.map(|(at, label)| (at, label.to_owned())));
        assert_eq!(axis(&[json!("20ms"), json!("1s")]).0, Some(Unit::Time));
        assert_eq!(axis(&[json!("100Mbit/s")]).1, [(1e8, "100 Mbit/s".to_owned())]);
        assert_eq!(axis(&[json!(4), json!("1")]).1[0], (1.0, "1".to_owned()));
        assert_eq!(axis(&[json!("0.5%"), json!("1/1000")]).1[0], (0.001, "0.1 %".to_owned()));
    }

    #[test]
    fn whatever_has_no_common_unit_is_words() {
        let (unit, values) = axis(&[json!("10s"), json!(null), json!("1s")]);
        assert_eq!(unit, None);
        let labels: Vec<_> = values.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["10s", "none", "1s"], "as they came");
        assert_eq!(axis(&[json!("10s"), json!("4KiB")]).0, None);
        assert_eq!(axis(&[json!("inf")]).0, None, "no axis is infinite");
        assert_eq!(axis(&[json!({"a": 1})]).1, [(0.0, "{\"a\":1}".to_owned())]);
    }

    #[test]
    fn lengths_that_double_are_wide() {
        let wide = |values: &[Value]| Axis::new("an axis", values.iter()).is_wide();
        assert!(wide(&[json!("4KiB"), json!("8KiB"), json!("64KiB")]));
        assert!(!wide(&[json!("4KiB"), json!("5KiB"), json!("64KiB")]), "not each is a multiple");
        assert!(!wide(&[json!("0B"), json!("8KiB"), json!("64KiB")]), "zero has no logarithm");
        assert!(!wide(&[json!(1), json!(2), json!(8)]) && wide(&[json!(1), json!(2), json!(40)]));
        assert!(!wide(&[json!("a"), json!("b")]));
    }

    #[test]
    fn a_value_may_be_meant_in_more_than_one_way() {
        let values = [json!("4KiB"), json!("64KiB")];
        let axis = Axis::new("write size", values.iter());
        for text in ["4KiB", "4 KiB", "4096B"] {
            assert_eq!(axis.meant(text).map(|tick| tick.at), Some(4096.0), "{text}");
        }
        assert_eq!(axis.meant("4096"), None, "bytes have a unit");
    }
}
