//! S1, S9, S10, S13 at a failover (Spec 7.4): a promoted source serves exactly the entries of the log
//! up to one cut, none of them older than its image, and no write that was acknowledged in sync lies
//! beyond the cut.

use super::Findings;
use super::model::{Claim, Model};
use crate::facts::{Fact, Role, What};
use crate::protocol::{AckRule, EntryHeader, Lsn, Outcome, WriteId};
use std::collections::BTreeMap;

/// What was promised, and what is replayed.
#[derive(Debug, Default)]
pub struct Failover {
    /// Entries whose write is not answered.
    open: BTreeMap<WriteId, Lsn>,
    /// The newest write acknowledged while in sync.
    promised: Option<(Lsn, WriteId)>,
    /// The last entry replayed by the promoted source.
    replayed: Option<Lsn>,
    rule: Rule,
}

/// Whether the destination has what is acknowledged in sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Rule {
    /// Nothing is promised beyond the source.
    Nothing,
    /// In its memory: a crash of the destination is excepted.
    InMemory,
    #[default]
    Durable,
}

impl Failover {
    /// For a run with this rule.
    #[must_use]
    pub fn new(ack: AckRule) -> Self {
        let rule = match ack {
            AckRule::Local | AckRule::Sent => Rule::Nothing,
            AckRule::Received => Rule::InMemory,
            AckRule::Logged | AckRule::Applied => Rule::Durable,
        };
        Self { rule, ..Self::default() }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::Appended(_, _, _, entry) = &fact.what {
            self.open.insert(entry.write, entry.lsn);
        } else if let What::Answered(_, id, Outcome::Written) = &fact.what {
            if let Some(lsn) = self.open.remove(id)
                && model.claim == Claim::InSync
                && self.rule != Rule::Nothing
            {
                self.promised = self.promised.max(Some((lsn, *id)));
            }
        } else if let What::Crashed(Role::Source) = &fact.what {
            // A replay that was cut short begins anew.
            self.replayed = None;
        } else if let What::Crashed(Role::Destination) = &fact.what {
            if self.rule == Rule::InMemory {
                self.promised = None;
            }
        } else if let What::Survived(Role::Source, _) = &fact.what {
            // The next life replays from the image on again.
            self.replayed = None;
        } else if let What::Replayed(_, _, _, entry) = &fact.what {
            self.check_replayed(fact, entry, model, findings);
        } else if let What::Serves(_) = &fact.what {
            self.check_cut(fact, model, findings);
        }
    }

    /// S9, S10, S13: an entry that is replayed is the next of the log, and newer than the image.
    fn check_replayed(
        &mut self,
        fact: &Fact,
        entry: &EntryHeader,
        model: &Model,
        findings: &mut Findings,
    ) {
        let through = model.committed_through(Role::Source);
        let before = self.replayed.unwrap_or(through).max(through);
        if entry.lsn <= through {
            let message = format!(
                "{} ({}) was replayed over the image, which holds every entry up to {through}",
                entry.lsn, entry.write
            );
            findings
                .add(fact, "S13", Role::Source, "older_over_newer", message)
                .of_entry(entry.lsn);
            return;
        }
        if model.log.get(&entry.lsn) != Some(entry) {
            let message = format!("{} ({}) was replayed, unlike the log", entry.lsn, entry.write);
            findings
                .add(fact, "S10", Role::Source, "phantom_replayed", message)
                .of_entry(entry.lsn);
        } else if entry.predecessor != before {
            let message = format!(
                "{} was replayed after {before}, but follows {}",
                entry.lsn, entry.predecessor
            );
            findings.add(fact, "S9", Role::Source, "gap", message).of_entry(entry.lsn);
        }
        self.replayed = Some(entry.lsn);
    }

    /// S1: whatever was acknowledged in sync is there.
    fn check_cut(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        let cut = model.committed_through(Role::Source);
        if let Some((lsn, id)) = self.promised.take()
            && lsn > cut
        {
            let message = format!(
                "{id} ({lsn}) was acknowledged in sync, but the failover image ends with {cut}"
            );
            let subject = findings.add(fact, "S1", Role::Source, "acknowledged_lost", message);
            subject.of_write(id).of_entry(lsn);
        }
        self.replayed = None;
        self.open.retain(|_, lsn| *lsn <= cut);
    }
}
