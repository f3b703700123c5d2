//! S7, the names that messages go by: a transfer's header is that of its entries and of one half, and
//! `CP_BEGIN` names exactly the transfers of its CP and its last entry (Spec 3.3, 5.2). What is sent
//! under a wrong name is taken for something else, or waited for in vain.

use super::Findings;
use super::model::Model;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{CpId, Lsn, Message, Purpose, Transfer, TransferRange};
use std::collections::BTreeMap;

/// What was logged and sent for each CP that has not begun.
#[derive(Debug, Default)]
pub struct Headers {
    /// The CP of each entry not yet in a begun CP.
    points: BTreeMap<Lsn, CpId>,
    /// The transfers sent for each CP.
    sent: BTreeMap<CpId, TransferRange>,
}

impl Headers {
    /// A new reign begins.
    pub fn begin_reign(&mut self) {
        *self = Self::default();
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::Appended(_, _, cp, entry) | What::Replayed(_, _, cp, entry) = &fact.what {
            self.points.insert(entry.lsn, *cp);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            if let Message::Transfer(transfer) = &**message {
                self.transfer(fact, transfer, findings);
            } else if let Message::CpBegin { cp, transfers, last_lsn, purpose, .. } = **message {
                match purpose {
                    Purpose::ConsistencyPoint => {
                        self.begin(fact, cp, (transfers, last_lsn), model, findings);
                    }
                    Purpose::Resync => check_pass(fact, cp, (transfers, last_lsn), model, findings),
                    Purpose::Snapshot => {
                        check_snapshot(fact, cp, (transfers, last_lsn), model, findings);
                        self.points.retain(|_, point| *point > cp);
                    }
                }
            } else if let Message::Hello { .. } = **message {
                self.sent.clear();
            }
        } else if let What::Survived(Role::Source, _) = &fact.what {
            self.points.clear();
        } else if let What::HalfAssigned(_, half, cp) = &fact.what
            && let Some((_, entries)) = model.halves.get(half)
        {
            self.points.extend(entries.keys().map(|lsn| (*lsn, *cp)));
        }
    }

    fn transfer(&mut self, fact: &Fact, transfer: &Transfer, findings: &mut Findings) {
        let header = transfer.header;
        let first = transfer.entries.first().map(|entry| entry.lsn);
        let own = |lsn: &Lsn| self.points.get(lsn) == Some(&header.cp);
        if first != Some(header.first_lsn) || !transfer.entries.iter().all(|entry| own(&entry.lsn))
        {
            let message = format!(
                "transfer {} says {} from {} on, unlike its entries",
                header.id, header.cp, header.first_lsn
            );
            findings.add(fact, "S7", Role::Source, "wrong_header", message);
        }
        let range = TransferRange { first: header.id, last: header.id };
        self.sent.entry(header.cp).or_insert(range).last = header.id;
    }

    fn begin(
        &mut self,
        fact: &Fact,
        cp: CpId,
        named: (Option<TransferRange>, Lsn),
        model: &Model,
        findings: &mut Findings,
    ) {
        let last = model.points.get(cp).map(|point| point.last_lsn);
        let expected = last.map(|last| (self.sent.remove(&cp), last));
        if expected != Some(named) {
            let (transfers, lsn) = named;
            let message =
                format!("{cp} begins with {transfers:?} up to {lsn}, unlike what was sent for it");
            findings.add(fact, "S7", Role::Source, "wrong_range", message);
        }
        self.points.retain(|_, point| *point > cp);
    }
}

/// A pass sends a CP that the source committed, and no transfers.
fn check_pass(
    fact: &Fact,
    cp: CpId,
    (transfers, last_lsn): (Option<TransferRange>, Lsn),
    model: &Model,
    findings: &mut Findings,
) {
    let committed = (model.committed_by(Role::Source), model.committed_through(Role::Source));
    if transfers.is_some() || (cp, last_lsn) != committed {
        let message = format!("a pass sends {cp} up to {last_lsn}, not what was committed last");
        findings.add(fact, "S7", Role::Source, "wrong_range", message);
    }
}

/// A snapshot is one of the CPs that the source has committed and the destination has not.
fn check_snapshot(
    fact: &Fact,
    cp: CpId,
    (transfers, last_lsn): (Option<TransferRange>, Lsn),
    model: &Model,
    findings: &mut Findings,
) {
    let expected = model.points.get(cp).map(|point| point.last_lsn);
    let committed = cp <= model.committed_by(Role::Source);
    if transfers.is_some() || !committed || expected != Some(last_lsn) {
        let message = format!("a snapshot sends {cp} up to {last_lsn}, which the source never was");
        findings.add(fact, "S7", Role::Source, "wrong_range", message);
    }
}
