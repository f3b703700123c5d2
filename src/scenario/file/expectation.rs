//! Lines of `expect`: `"pass"`, `17`, `">= 0.3"`.

use crate::scenario::{Comparison, Condition, Expectation, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// Operators; the longer stand before those they begin with.
const OPERATORS: [(&str, Comparison); 5] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Exactly),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

/// Reads every line.
pub(super) fn read(lines: &BTreeMap<String, Value>) -> Result<Vec<Expectation>, Problem> {
    lines.iter().map(|(key, value)| read_line(key, value)).collect()
}

fn read_line(key: &str, value: &Value) -> Result<Expectation, Problem> {
    let refuse = |rule: &str| {
        let (key, value) = (format!("expect.{key}"), value.to_string());
        Err(Problem { key, value, rule: rule.to_owned() })
    };
    let condition = match value {
        Value::Object(_) => return refuse("write the whole path as one key, \"saved.of_wan\""),
        Value::Array(_) => return refuse("a value of the report is a number, a word or null"),
        Value::String(words) => match compared(words) {
            Some(Some(condition)) => condition,
            Some(None) => return refuse("a number follows the comparison, \">= 0.3\""),
            None => Condition::Equals(value.clone()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => Condition::Equals(value.clone()),
    };
    Ok(Expectation { key: key.to_owned(), condition })
}

/// `None`: no comparison; `Some(None)`: a comparison with no number.
#[expect(clippy::option_option, reason = "two steps of one reading")]
fn compared(words: &str) -> Option<Option<Condition>> {
    let words = words.trim();
    let (sign, comparison) = OPERATORS.iter().find(|(sign, _)| words.starts_with(sign))?;
    let number = words[sign.len()..].trim().parse::<f64>().ok().filter(|number| number.is_finite());
    Some(number.map(|number| Condition::Compares(*comparison, number)))
}
