//! From a violation to the rule that was broken, each kind of violation by the evidence that tells.

mod bytes;
mod liveness;
mod log;
mod pieces;
mod sessions;
mod simple;

use super::history::History;
use super::{Account, Line, lives};
use crate::checker::{Subject, Violation};
use crate::facts::Role;
use crate::protocol::WriteId;
use crate::protocol::block::{BlockAddress, BlockSize, Origin};
use crate::scenario::Scenario;

/// What the cases look at.
#[derive(Clone, Copy)]
struct Evidence<'a> {
    violation: &'a Violation,
    subject: Subject,
    history: &'a History,
    size: BlockSize,
}

/// What led to the violation, what should have been, and the rule at which the two part; and the fact
/// whose causes tell most.
pub(super) fn account(
    violation: &Violation,
    history: &History,
    scenario: &Scenario,
) -> (Account, u64) {
    let size = scenario.parameters.block_size;
    let evidence = Evidence { violation, subject: violation.subject, history, size };
    let mut account = bytes::account(evidence)
        .or_else(|| log::account(evidence))
        .or_else(|| sessions::account(evidence))
        .or_else(|| liveness::account(evidence))
        .unwrap_or_else(|| simple::account(evidence));
    // What did not happen has no cause, but the last that was done about it has.
    let last_done = account.lines.last().filter(|_| violation.property.starts_with('L'));
    let origin = last_done.map_or(violation.fact, |line| line.fact);
    account.lines.extend(common(evidence));
    account.lines.sort();
    account.lines.dedup();
    (account, origin)
}

/// The lives of what the violation is about, whatever its kind.
fn common(evidence: Evidence) -> Vec<Line> {
    let Evidence { subject, history, .. } = evidence;
    let difference = subject.difference;
    let of_bytes = difference.map(|difference| [difference.held, difference.expected]);
    let writers = of_bytes.into_iter().flatten().filter_map(|origin| match origin? {
        Origin::Write { id, .. } => Some(id),
        Origin::Original | Origin::Damaged(_) => None,
    });
    let entry = subject.entry.and_then(|lsn| history.entry(lsn)).map(|logged| logged.entry.write);
    let mut writes: Vec<WriteId> = writers.chain(subject.write).chain(entry).collect();
    writes.sort();
    writes.dedup();
    let mut lines: Vec<_> =
        writes.into_iter().filter_map(|id| evidence.write(id, subject.block)).collect();
    lines.extend(subject.cp.and_then(|cp| lives::consistency_point(history, cp)));
    lines
}

impl Evidence<'_> {
    /// The property and the kind of the violation.
    fn kind(&self) -> (&str, &str) {
        (&self.violation.property, &self.violation.place.kind)
    }

    fn role(&self) -> Role {
        self.violation.place.role
    }

    fn write(&self, id: WriteId, block: Option<BlockAddress>) -> Option<Line> {
        lives::write(self.history, self.size, id, block)
    }
}
