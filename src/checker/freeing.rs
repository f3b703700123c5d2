//! S8: nothing is freed early (Spec 4.3, 5.7). A half is freed after the source's commit and `CP_ACK`;
//! an NVLog file after the destination's commit of every CP in it and a flush since.

use super::Findings;
use super::model::Model;
use crate::facts::{Fact, Role, What};
use crate::protocol::{CpId, Half, LogFile};
use std::collections::{BTreeMap, BTreeSet};

/// What each NVLog file holds.
#[derive(Debug, Default)]
pub struct Freeing {
    files: BTreeMap<LogFile, FileUse>,
    /// CPs the destination has committed and flushed since.
    flushed: BTreeSet<CpId>,
}

#[derive(Debug, Default)]
struct FileUse {
    points: BTreeSet<CpId>,
    used: u64,
}

impl Freeing {
    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::HalfFreed(_, half) = &fact.what {
            check_half(fact, *half, model, findings);
        } else if let What::LogWriteAsked(_, file, offset, length, header) = &fact.what {
            let held = self.files.entry(*file).or_default();
            if *offset < held.used {
                let message = format!("NVLog file {file} was overwritten at byte {offset}");
                findings.add(fact, "S8", Role::Destination, "log_overwritten", message);
            }
            held.used = held.used.max(offset + length);
            held.points.insert(header.cp);
        } else if let What::Flushed(_) = &fact.what {
            let committed = model.committed_by(Role::Destination);
            let points = self.files.values().flat_map(|held| &held.points);
            self.flushed.extend(points.filter(|cp| **cp <= committed));
        } else if let What::LogFreed(_, file) = &fact.what {
            self.check_file(fact, *file, findings);
        }
    }

    fn check_file(&mut self, fact: &Fact, file: LogFile, findings: &mut Findings) {
        let held = self.files.remove(&file).unwrap_or_default();
        for cp in held.points.difference(&self.flushed) {
            let message =
                format!("NVLog file {file} was freed before {cp} was committed and flushed");
            findings.add(fact, "S8", Role::Destination, "log_freed_early", message);
        }
        let live: BTreeSet<_> = self.files.values().flat_map(|held| &held.points).collect();
        self.flushed.retain(|cp| live.contains(cp));
    }
}

fn check_half(fact: &Fact, half: Half, model: &Model, findings: &mut Findings) {
    let Some((cp, _)) = model.points.iter().find(|(_, point)| point.half == half) else {
        let message = format!("the {half:?} half was freed, though it holds no entries");
        findings.add(fact, "S8", Role::Source, "half_freed_twice", message);
        return;
    };
    if *cp > model.committed_by(Role::Source) {
        let message = format!("the half of {cp} was freed before the source committed it");
        findings.add(fact, "S8", Role::Source, "half_freed_early", message);
    }
    if !model.acknowledged.contains(cp) {
        let message = format!("the half of {cp} was freed before CP_ACK came");
        findings.add(fact, "S8", Role::Source, "half_freed_early", message);
    }
}
