//! L6: a failover takes at most a + b × log bytes. From the order that is obeyed to the moment that
//! clients are served, a side that is promoted reads its log once, and the blocks that the log touches
//! at most once each; it writes them and their metadata once, and commits (Spec 7.4).
//!
//! ```text
//! limit = 2 × ( a + scan(log bytes) + reads(blocks) + writes(blocks + metadata blocks) )
//! a     = 1 ms + 4 × NVRAM latency + 2 writes          small state saved, the commit record
//! ```
//!
//! and what the witness's consent takes, where one decides; each at the longest that the scenario's hardware takes for it. The number of blocks is that of the
//! entries replayed, so it is bounded by the log's bytes as the scan is. Time in which the side's node
//! is down or paused, or its disks stalled or slow, does not count; after a crash on the way all is
//! done again, and counts from the restart. A side that never serves violates L2.
//!
//! Reads facts by the names that sites have from the start: a failover is one site's affair.

use super::Findings;
use super::calm::{Calm, Whose};
use super::worst::{read, read_blocks, times, write_blocks};
use crate::facts::{Fact, Role, What};
use crate::protocol::block::{Area, BlockAddress, BlockSize};
use crate::protocol::{LogFile, Part};
use crate::scenario::fault::Side;
use crate::scenario::{DiskModel, Scenario};
use crate::units::{Bytes, SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How many times the longest that hardware takes is allowed.
const FACTOR: u64 = 2;

/// Follows promotions.
#[derive(Debug)]
pub struct FailoverTime {
    size: BlockSize,
    nvram_latency: Span,
    log_disk: DiskModel,
    /// What its consent takes, where a witness decides.
    witness: Span,
    sites: [Site; 2],
}

#[derive(Debug)]
struct Site {
    disk: DiskModel,
    calm: Calm,
    /// Bytes in each file of its log storage.
    log: BTreeMap<LogFile, u64>,
    /// The order to promote it: the fact, and when by the calm clock.
    ordered: Option<(u64, SimTime)>,
    /// The order before, which holds if the newer one is refused.
    ordered_before: Option<(u64, SimTime)>,
    promotion: Option<Promotion>,
}

/// A promotion under way.
#[derive(Debug)]
struct Promotion {
    /// Since when, by the calm clock.
    since: SimTime,
    log_bytes: u64,
    /// Blocks that the entries replayed touch.
    blocks: BTreeSet<BlockAddress>,
    /// Metadata blocks written.
    metadata: u64,
}

impl FailoverTime {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let sides = [
            (Side::Source, &scenario.source.disk),
            (Side::Destination, &scenario.destination.disk),
        ];
        let sites = sides.map(|(side, disk)| Site {
            disk: disk.clone(),
            calm: Calm::new(&scenario.faults, Whose::Site(side)),
            log: BTreeMap::new(),
            ordered: None,
            ordered_before: None,
            promotion: None,
        });
        Self {
            size: scenario.parameters.block_size,
            nvram_latency: scenario.source.nvram_latency,
            log_disk: scenario.destination.log.clone(),
            // There and back; asked again after a quarter of a lease if that was lost.
            witness: scenario.parameters.lease.map_or(Span::ZERO, |lease| {
                times(scenario.failover.witness_latency, 4).plus(lease)
            }),
            sites,
        }
    }

    /// Reads a fact, as it was written.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        for site in &mut self.sites {
            site.calm.take(fact);
        }
        if let What::LogWriteAsked(role, file, offset, length, _) = &fact.what {
            let end = self.site(*role).log.entry(*file).or_default();
            *end = (*end).max(offset + length);
        } else if let What::LogFreed(role, file) = &fact.what {
            self.site(*role).log.remove(file);
        } else if let What::PromotionOrdered(role, _) = &fact.what {
            let site = self.site(*role);
            site.ordered_before = site.ordered;
            site.ordered = Some((fact.number, site.calm.at(fact.at)));
        } else if let What::Refused(role, _) = &fact.what {
            let site = self.site(*role);
            if site.ordered.is_some_and(|(order, _)| fact.cause == Some(order)) {
                site.ordered = site.ordered_before.take();
            }
        } else if let What::ChangedPart(role, Part::Promoted) = &fact.what {
            self.site(*role).promoted(fact.at);
        } else if let What::Restarted(role) = &fact.what {
            self.site(*role).again(fact.at);
        } else if let What::Replayed(role, _, _, entry) = &fact.what {
            let blocks = entry.pieces(self.size).map(|piece| piece.address);
            if let Some(promotion) = &mut self.sites[*role as usize].promotion {
                promotion.blocks.extend(blocks);
            }
        } else if let What::VolumeWriteAsked(role, _, address, _) = &fact.what {
            if let Some(promotion) = &mut self.site(*role).promotion
                && address.area != Area::Data
            {
                promotion.metadata += 1;
            }
        } else if let What::Serves(role) = &fact.what {
            self.serves(fact, *role, findings);
        }
    }

    fn site(&mut self, role: Role) -> &mut Site {
        &mut self.sites[role as usize]
    }

    fn serves(&mut self, fact: &Fact, role: Role, findings: &mut Findings) {
        let Some(promotion) = self.site(role).promotion.take() else { return };
        let site = &self.sites[role as usize];
        let took = site.calm.at(fact.at).since(promotion.since);
        let limit = self.limit(&site.disk, &promotion);
        if took > limit {
            let (bytes, blocks) = (promotion.log_bytes, promotion.blocks.len());
            let message = format!(
                "the failover took {took}, where {limit} are enough for a log of {bytes} B that \
                 touches {blocks} blocks"
            );
            findings.add(fact, "L6", Role::Source, "failover_too_long", message);
        }
    }

    fn limit(&self, disk: &DiskModel, promotion: &Promotion) -> Span {
        let block = self.size.bytes();
        let blocks = promotion.blocks.len() as u64;
        let fixed = Span::from_millis(1)
            .plus(times(self.nvram_latency, 4))
            .plus(write_blocks(disk, 2, block));
        let work = self
            .witness
            .plus(read(&self.log_disk, Bytes::new(promotion.log_bytes)))
            .plus(read_blocks(disk, blocks, block))
            .plus(write_blocks(disk, blocks + promotion.metadata, block));
        times(fixed.plus(work), FACTOR)
    }
}

impl Site {
    fn promoted(&mut self, now: SimTime) {
        let ordered = self.ordered.take().map(|(_, since)| since);
        self.promotion = Some(Promotion {
            since: ordered.unwrap_or_else(|| self.calm.at(now)),
            log_bytes: self.log.values().sum(),
            blocks: BTreeSet::new(),
            metadata: 0,
        });
    }

    /// A new life begins the replay anew.
    fn again(&mut self, now: SimTime) {
        let since = self.calm.at(now);
        if let Some(promotion) = &mut self.promotion {
            promotion.since = since;
            promotion.blocks.clear();
            promotion.metadata = 0;
        }
    }
}
