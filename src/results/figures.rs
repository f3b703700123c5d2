//! The key figures of a report: what tells best that a run did something else, and what that cost.

use crate::report::Report;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whole numbers under the keys that the report has for them: `saved.bytes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyFigures(BTreeMap<String, i64>);

impl KeyFigures {
    /// Those of a report.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let Report { latency, synchronization, wan, .. } = report;
        let counted = [
            ("events", report.events),
            ("exposure.writes", report.exposure.writes),
            ("latency.write.p50_ns", latency.write.p50_ns),
            ("latency.write.p99_ns", latency.write.p99_ns),
            ("messages.to_destination", report.messages.to_destination),
            ("simulated_ns", report.simulated_ns),
            ("synchronization.blocks_full", synchronization.blocks_full),
            ("synchronization.blocks_referenced", synchronization.blocks_referenced),
            ("synchronization.consistency_points", synchronization.consistency_points),
            ("synchronization.naks", synchronization.naks),
            ("wan.to_destination.total", wan.to_destination.total),
            ("wan.to_source.total", wan.to_source.total),
            ("writes.acknowledged", report.writes.acknowledged),
        ];
        let figure = |(key, number): (&str, u64)| {
            (key.to_owned(), i64::try_from(number).unwrap_or(i64::MAX))
        };
        let saved = ("saved.bytes".to_owned(), report.saved.bytes);
        Self(counted.map(figure).into_iter().chain([saved]).collect())
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<i64> {
        self.0.get(key).copied()
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(key, number)| (key.as_str(), *number))
    }
}
