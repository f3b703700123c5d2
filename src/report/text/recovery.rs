//! What failures cost, as lines of a page; nothing where nothing failed.

use super::super::{FailureLine, Report};
use super::quantity::{bytes, count, span};
use super::table::Table;

/// The section on failures.
pub(super) fn section(report: &Report) -> String {
    let (exposure, failures) = (report.exposure, &report.recovery.failures);
    if failures.is_empty() && exposure.out_of_sync_ns == 0 {
        return String::new();
    }
    let mut table = Table::new(&[
        "failure",
        "at",
        "detect",
        "decide",
        "replay",
        "serve",
        "resync",
        "lost writes",
        "lost",
    ]);
    for failure in failures {
        table.row(row(failure));
    }
    format!(
        "out of sync {}: {} writes acknowledged meanwhile ({})\n{}",
        span(exposure.out_of_sync_ns),
        count(exposure.writes),
        bytes(exposure.bytes),
        table.render()
    )
}

fn row(failure: &FailureLine) -> Vec<String> {
    let step = |nanos: Option<u64>| nanos.map_or_else(|| "-".to_owned(), span);
    vec![
        failure.kind.clone(),
        span(failure.at_ns),
        step(failure.detect_ns),
        step(failure.decide_ns),
        step(failure.replay_ns),
        step(failure.serve_ns),
        step(failure.resync_ns),
        count(failure.lost_writes),
        bytes(failure.lost_bytes),
    ]
}
