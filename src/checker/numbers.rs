//! S4: CP numbers rise; while the mirror is in sync by 1, and the sides differ by at most 1 (Spec 5.6).
//! Where the destination gets snapshots it skips CPs, and only ever has one that the source has too.

use super::Findings;
use super::model::{Claim, Model};
use crate::facts::{Fact, Role, What};
use crate::protocol::{CpId, Mirroring};

/// Which CPs were committed while the mirror was in sync without a break.
#[derive(Debug)]
pub struct Numbers {
    /// For each side: the last CP it committed since the mirror was in sync: source, destination.
    unbroken: [Option<CpId>; 2],
}

impl Numbers {
    /// A mirror in sync, both images original.
    #[must_use]
    pub const fn new() -> Self {
        Self { unbroken: [Some(CpId::ORIGINAL); 2] }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if model.claim == Claim::OutOfSync {
            self.unbroken = [None; 2];
        }
        let What::Committed(role, cp, _) = &fact.what else { return };
        let before = model.committed_by(*role);
        let unbroken = self.unbroken[*role as usize].map(CpId::next);
        let skips = (model.mirroring, *role) == (Mirroring::Snapshots, Role::Destination);
        let expected = unbroken.filter(|_| !skips);
        if *cp <= before || expected.is_some_and(|next| next != *cp) {
            let message = format!("{cp} was committed after {before}");
            findings.add(fact, "S4", *role, "not_the_next", message).of_cp(*cp);
        }
        let source = model.committed_by(Role::Source);
        if skips && *cp > source {
            let message = format!("{cp} was committed while the source is at {source}");
            findings.add(fact, "S4", *role, "ahead", message).of_cp(*cp);
        }
        if model.claim == Claim::OutOfSync {
            return;
        }
        self.unbroken[*role as usize] = Some(*cp);
        if model.mirroring == Mirroring::Snapshots {
            return;
        }
        let other = match role {
            Role::Source => Role::Destination,
            Role::Destination => Role::Source,
        };
        if let Some(there) = self.unbroken[other as usize]
            && cp.number.0.abs_diff(there.number.0) > 1
        {
            let message = format!("{cp} was committed while the other side is at {there}");
            findings.add(fact, "S4", *role, "skew", message).of_cp(*cp);
        }
    }
}
