//! What a scenario expects of its report.

use crate::scenario::{Comparison, Condition, Expectation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;

/// One expectation, and whether it came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The path of the key in the report: `saved.of_wan`.
    pub key: String,
    /// What was expected, as the scenario says it.
    pub expected: String,
    /// What came out; `null` also where the report has no such key.
    pub actual: Value,
    /// Whether the report has such a key.
    pub known: bool,
    /// Whether it came out as expected.
    pub met: bool,
}

impl Expected {
    /// The sentence of a missed expectation.
    #[must_use]
    pub fn message(&self) -> String {
        let Self { key, expected, actual, known, .. } = self;
        if *known {
            format!("`{key}` is {actual}, expected {expected}")
        } else {
            format!("`{key}` is no key of the report, expected {expected}")
        }
    }
}

/// Holds every expectation against the report.
#[must_use]
pub fn evaluate(report: &Value, expectations: &[Expectation]) -> Vec<Expected> {
    expectations.iter().map(|expectation| evaluate_one(report, expectation)).collect()
}

/// The sentences of those that are missed.
#[must_use]
pub fn check(report: &Value, expectations: &[Expectation]) -> Vec<String> {
    let missed = evaluate(report, expectations).into_iter().filter(|line| !line.met);
    missed.map(|line| line.message()).collect()
}

fn evaluate_one(report: &Value, expectation: &Expectation) -> Expected {
    let found = find(report, &expectation.key);
    let (expected, met) = match &expectation.condition {
        Condition::Equals(wanted) => {
            (wanted.to_string(), found.is_some_and(|actual| equal(actual, wanted)))
        }
        Condition::Compares(comparison, number) => {
            let actual = found.and_then(Value::as_f64);
            let met = actual.is_some_and(|actual| compares(actual, *comparison, *number));
            (format!("{} {number}", sign(*comparison)), met)
        }
    };
    Expected {
        key: expectation.key.clone(),
        expected,
        actual: found.cloned().unwrap_or_default(),
        known: found.is_some(),
        met,
    }
}

/// What stands at a path; items of lists go by number.
fn find<'a>(report: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(report, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        Value::Object(_) => value.get(step),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// Equal; numbers also where one is written `5` and the other `5.0`.
fn equal(actual: &Value, wanted: &Value) -> bool {
    let numbers = actual.as_f64().zip(wanted.as_f64());
    let exact = actual.is_u64() && wanted.is_u64() || actual.is_i64() && wanted.is_i64();
    match numbers {
        Some((actual, wanted)) if !exact => actual.total_cmp(&wanted) == Ordering::Equal,
        Some(_) | None => actual == wanted,
    }
}

fn compares(actual: f64, comparison: Comparison, number: f64) -> bool {
    match comparison {
        Comparison::Below => actual < number,
        Comparison::AtMost => actual <= number,
        Comparison::AtLeast => actual >= number,
        Comparison::Above => actual > number,
        Comparison::Exactly => actual.total_cmp(&number) == Ordering::Equal,
    }
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Below => "<",
        Comparison::AtMost => "<=",
        Comparison::AtLeast => ">=",
        Comparison::Above => ">",
        Comparison::Exactly => "==",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn missed(report: &Value, key: &str, condition: Condition) -> Vec<String> {
        check(report, &[Expectation { key: key.to_owned(), condition }])
    }

    #[test]
    fn expectations_are_held_against_the_report() {
        let report = json!({"verdict": "pass", "saved": {"of_wan": 0.25, "of_x": null, "n": 5},
            "violations": [{"property": "S5"}]});
        let equals = |key, value: Value| missed(&report, key, Condition::Equals(value));
        let compares =
            |key, comparison, number| missed(&report, key, Condition::Compares(comparison, number));
        assert!(equals("verdict", json!("pass")).is_empty());
        assert!(equals("violations.0.property", json!("S5")).is_empty());
        assert!(equals("saved.n", json!(5.0)).is_empty());
        assert!(equals("saved.of_x", json!(null)).is_empty());
        assert!(compares("saved.of_wan", Comparison::AtLeast, 0.25).is_empty());
        assert!(compares("saved.n", Comparison::Exactly, 5.0).is_empty());
        assert_eq!(
            equals("verdict", json!("violation")),
            ["`verdict` is \"pass\", expected \"violation\""]
        );
        assert_eq!(
            compares("saved.of_wan", Comparison::Above, 0.25),
            ["`saved.of_wan` is 0.25, expected > 0.25"]
        );
        assert_eq!(
            compares("saved.of_x", Comparison::Below, 1.0),
            ["`saved.of_x` is null, expected < 1"]
        );
        assert_eq!(equals("saved.x", json!(1)), ["`saved.x` is no key of the report, expected 1"]);
    }
}
