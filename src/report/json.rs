//! The report as JSON.

use super::Report;
use serde_json::Value;

/// The report as a JSON value.
#[must_use]
pub fn value(report: &Report) -> Value {
    serde_json::to_value(report).expect("a report is plain JSON")
}

/// The report as pretty JSON text.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report is plain JSON");
    text.push('\n');
    text
}
