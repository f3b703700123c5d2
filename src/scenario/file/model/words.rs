//! Values that are a word or a span of time.

use crate::protocol::FlushRule;
use crate::units::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `workload`, or a time such as `90s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(in super::super) struct EndAfter(pub Option<Span>);

impl TryFrom<String> for EndAfter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        span_or("workload", &text).map(Self)
    }
}

impl From<EndAfter> for String {
    fn from(value: EndAfter) -> Self {
        value.0.map_or_else(|| "workload".to_owned(), |span| span.to_string())
    }
}

/// `per-cp`, or a period such as `1s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub(in super::super) struct FlushText(pub FlushRule);

impl TryFrom<String> for FlushText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        span_or("per-cp", &text).map(|span| Self(span.map_or(FlushRule::PerCp, FlushRule::Every)))
    }
}

impl From<FlushText> for String {
    fn from(value: FlushText) -> Self {
        match value.0 {
            FlushRule::PerCp => "per-cp".to_owned(),
            FlushRule::Every(period) => period.to_string(),
        }
    }
}

/// `None`: the word.
fn span_or(word: &str, text: &str) -> Result<Option<Span>, String> {
    if text == word {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| format!("expected {word:?} or a span of time ({error})"))
}
