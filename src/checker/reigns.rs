//! S16: after any promotion divergence is detected (Spec 7.7). What the facts can tell of that:
//!
//! - *A reign is never forgotten.* A side that committed a CP of a reign, as its source or as its
//!   destination, takes part in none that is older: it says no HELLO and no WELCOME of one, commits
//!   none of its CPs, logs nothing in it. Two sides make a session, and the one that reigned last is
//!   one of them; so the newest reign that ever served wins.
//! - *A reign has a number of its own.* Who begins to serve does so in a reign newer than any the other
//!   side reigned in. Otherwise neither would ever give way to the other.
//! - *Nothing that one side did alone is passed over in silence.* A side that returns names, in its
//!   WELCOME, every block that it changed after the point where the reigns part (HELLO's `base`), and
//!   names no CP beyond that point as common to both.
//!
//! What only the NVRAM of the old source held is set aside with its part: that is a fact of its own
//! (`ChangedPart`), and what it had acknowledged is a figure of the report. Until the old source hears
//! of the newer reign it goes on serving whoever asks it; after an operator's promotion nothing
//! forbids that.
//!
//! Sites keep their names here: facts are read as they are, before anybody's part is turned round.

use super::Findings;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::BlockAddress;
use crate::protocol::{CpId, Epoch, Generation, Message, Part};
use std::collections::{BTreeMap, BTreeSet};

/// Follows the reigns of both sites.
#[derive(Debug)]
pub struct Reigns {
    sites: [Site; 2],
    /// HELLOs under way, by direction and number.
    hellos: BTreeMap<(Direction, u64), (Epoch, Offer)>,
}

/// A site.
#[derive(Debug)]
struct Site {
    /// The part it plays, as properties name it.
    part: Role,
    /// The newest reign in which it served; 0: none.
    served: Generation,
    /// The last CP it committed. Its reign is the newest that the site was part of.
    committed: CpId,
    /// Blocks of CPs that it has not committed yet.
    pages: BTreeMap<CpId, BTreeSet<BlockAddress>>,
    /// Blocks of CPs committed since both sites last had the same, with the newest that wrote each.
    alone: BTreeMap<BlockAddress, CpId>,
    /// HELLOs that it heard since it last answered one, and that one.
    heard: BTreeMap<Epoch, Offer>,
}

/// What HELLO says of its reign.
#[derive(Debug, Clone, Copy)]
struct Offer {
    generation: Generation,
    base: CpId,
}

impl Site {
    const fn new(part: Role, served: Generation) -> Self {
        Self {
            part,
            served,
            committed: CpId::ORIGINAL,
            pages: BTreeMap::new(),
            alone: BTreeMap::new(),
            heard: BTreeMap::new(),
        }
    }
}

impl Reigns {
    /// One site serves, in the first reign.
    #[must_use]
    pub const fn new() -> Self {
        let source = Site::new(Role::Source, CpId::ORIGINAL.generation);
        let sites = [source, Site::new(Role::Destination, Generation(0))];
        Self { sites, hellos: BTreeMap::new() }
    }

    /// Reads a fact, with the names of sites.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        if let What::VolumeWriteAsked(role, cp, address, _) = &fact.what {
            self.sites[*role as usize].pages.entry(*cp).or_default().insert(*address);
        } else if let What::ShadowDropped(role, cp) = &fact.what {
            self.sites[*role as usize].pages.remove(cp);
        } else if let What::Survived(role, _) = &fact.what {
            self.sites[*role as usize].pages.clear();
        } else if let What::Committed(role, cp, _) = &fact.what {
            self.check_reign(fact, *role, cp.generation, "commits a CP", findings);
            self.committed(*role, *cp);
        } else if let What::Appended(role, _, _, entry) = &fact.what {
            self.check_reign(fact, *role, entry.lsn.generation, "logs a write", findings);
        } else if let What::ChangedPart(role, part) = &fact.what {
            self.sites[*role as usize].part = match part {
                Part::Source | Part::Promoted => Role::Source,
                Part::Destination => Role::Destination,
            };
        } else if let What::Serves(role) = &fact.what {
            self.serves(fact, *role, findings);
        } else {
            self.take_message(fact, findings);
        }
    }

    fn take_message(&mut self, fact: &Fact, findings: &mut Findings) {
        if let What::Sent(direction, number, message) | What::Resent(direction, number, message) =
            &fact.what
        {
            if let Message::Hello { epoch, generation, base, .. } = **message {
                let offer = Offer { generation, base };
                self.hellos.insert((*direction, *number), (epoch, offer));
                self.check_reign(fact, sender(*direction), generation, "says HELLO", findings);
            } else if let Message::Welcome { epoch, committed, diverged, .. } = &**message {
                let role = sender(*direction);
                self.check_welcome(fact, role, (*epoch, *committed), diverged, findings);
            }
        } else if let What::Arrived(direction, number) = &fact.what {
            if let Some((epoch, offer)) = self.hellos.remove(&(*direction, *number)) {
                self.sites[other(sender(*direction)) as usize].heard.insert(epoch, offer);
            }
        } else if let What::Lost(direction, number, _) = &fact.what {
            self.hellos.remove(&(*direction, *number));
        }
    }

    fn committed(&mut self, role: Role, cp: CpId) {
        let site = &mut self.sites[role as usize];
        let pages = site.pages.remove(&cp).unwrap_or_default();
        site.alone.extend(pages.into_iter().map(|address| (address, cp)));
        site.committed = cp;
        if self.sites.iter().all(|site| site.committed == cp) {
            for site in &mut self.sites {
                site.alone.clear();
            }
        }
    }

    /// A site takes part in a reign: it is none that is over for it.
    fn check_reign(
        &self,
        fact: &Fact,
        role: Role,
        generation: Generation,
        does: &str,
        findings: &mut Findings,
    ) {
        let site = &self.sites[role as usize];
        let newest = site.committed.generation;
        if generation < newest {
            let message = format!("{does} in reign {generation}, though it took part in {newest}");
            findings.add(fact, "S16", site.part, "reign_forgotten", message);
        }
    }

    /// A site begins to serve, in the reign of the CP that it began with.
    fn serves(&mut self, fact: &Fact, role: Role, findings: &mut Findings) {
        let generation = self.sites[role as usize].committed.generation;
        if generation <= self.sites[other(role) as usize].served {
            let message = format!("serves in reign {generation}, in which the other side served");
            findings.add(fact, "S16", Role::Source, "reign_not_new", message);
        }
        self.sites[role as usize].served = generation;
    }

    /// A site answers HELLO: it says what it did alone.
    fn check_welcome(
        &mut self,
        fact: &Fact,
        role: Role,
        (epoch, common): (Epoch, CpId),
        diverged: &[BlockAddress],
        findings: &mut Findings,
    ) {
        let heard = &mut self.sites[role as usize].heard;
        heard.retain(|held, _| *held == epoch);
        let Some(offer) = heard.get(&epoch).copied() else { return };
        let site = &self.sites[role as usize];
        self.check_reign(fact, role, offer.generation, "says WELCOME", findings);
        if site.committed.generation >= offer.generation {
            return;
        }
        let base = offer.base;
        if common > base {
            let message = format!("{common} is said to be common, but the reigns part at {base}");
            findings.add(fact, "S16", site.part, "divergence_hidden", message);
        }
        let listed: BTreeSet<_> = diverged.iter().collect();
        let mut alone = site.alone.iter().filter(|(_, cp)| **cp > base);
        if let Some((address, cp)) = alone.find(|(address, _)| !listed.contains(address)) {
            let message = format!("{address} was changed alone by {cp}, and WELCOME is silent");
            findings.add(fact, "S16", site.part, "divergence_hidden", message);
        }
    }
}

const fn sender(direction: Direction) -> Role {
    match direction {
        Direction::ToDestination => Role::Source,
        Direction::ToSource => Role::Destination,
    }
}

const fn other(role: Role) -> Role {
    match role {
        Role::Source => Role::Destination,
        Role::Destination => Role::Source,
    }
}
