//! What a run comes to, whatever time it took: its log, its answers, its images by entries.

use super::Difference;
use crate::facts::{Fact, Role, Sink, What};
use crate::protocol::block::{Area, BlockAddress, Contents, fingerprint};
use crate::protocol::{CpId, Lsn, Outcome, Part, WriteId};
use std::collections::BTreeMap;

type Pages = BTreeMap<BlockAddress, Contents>;

/// Kept from the facts of a run. Grows with its log.
#[derive(Debug)]
pub(super) struct Account {
    /// The side that reigns.
    source: Role,
    reign: Reign,
    /// Entries that survived.
    log: BTreeMap<Lsn, WriteId>,
    answers: BTreeMap<WriteId, Outcome>,
    /// Data blocks that each side ever committed, and its last entry: source, destination.
    images: [Pages; 2],
    through: [Lsn; 2],
    shadows: BTreeMap<(Role, CpId), Pages>,
    /// Fingerprints of committed images, by the number of entries they hold.
    points: BTreeMap<u64, Vec<String>>,
    /// Fingerprints at the end.
    last: [String; 2],
}

/// Whether the side that reigns serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reign {
    Serves,
    /// It is being promoted: its log is the other side's, as far as it has it.
    Begins,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            source: Role::Source,
            reign: Reign::Serves,
            log: BTreeMap::new(),
            answers: BTreeMap::new(),
            images: [Pages::new(), Pages::new()],
            through: [Lsn::ORIGIN; 2],
            shadows: BTreeMap::new(),
            points: BTreeMap::new(),
            last: [String::new(), String::new()],
        }
    }
}

impl Sink for Account {
    fn take(&mut self, fact: &Fact) {
        if let What::Appended(role, _, _, entry) = &fact.what {
            if *role == self.source {
                self.log.insert(entry.lsn, entry.write);
            }
        } else if let What::Answered(_, id, outcome) = &fact.what {
            self.answers.entry(*id).or_insert_with(|| outcome.clone());
        } else if let What::VolumeWriteAsked(role, cp, address, contents) = &fact.what {
            if address.area == Area::Data {
                let pages = self.shadows.entry((*role, *cp)).or_default();
                pages.insert(*address, contents.clone());
            }
        } else if let What::ShadowDropped(role, cp) = &fact.what {
            self.shadows.remove(&(*role, *cp));
        } else if let What::Committed(role, cp, last_lsn) = &fact.what {
            self.committed(*role, *cp, *last_lsn);
        } else if let What::Survived(role, newest) = &fact.what {
            self.survived(*role, *newest);
        } else if let What::ChangedPart(role, Part::Promoted) = &fact.what {
            (self.source, self.reign) = (*role, Reign::Begins);
        } else if let What::Serves(role) = &fact.what {
            // Spec 7.4: what its image does not hold is gone.
            let through = self.through[*role as usize];
            self.log.retain(|lsn, _| *lsn <= through);
            self.reign = Reign::Serves;
        } else if let What::Ended(_) = &fact.what {
            self.last = [Role::Source, Role::Destination].map(|role| self.fingerprint(role));
        }
    }
}

impl Account {
    fn committed(&mut self, role: Role, cp: CpId, last_lsn: Lsn) {
        let pages = self.shadows.remove(&(role, cp)).unwrap_or_default();
        self.images[role as usize].extend(pages);
        self.through[role as usize] = last_lsn;
        if last_lsn == Lsn::ORIGIN || self.log.contains_key(&last_lsn) {
            let entries = self.log.range(..=last_lsn).count() as u64;
            let image = self.fingerprint(role);
            self.points.entry(entries).or_default().push(image);
        }
    }

    /// A crash: shadow pages are gone, and at the side that reigns entries that were not durable.
    fn survived(&mut self, role: Role, newest: Option<Lsn>) {
        self.shadows.retain(|(side, _), _| *side != role);
        if role == self.source && self.reign == Reign::Serves {
            let last = newest.unwrap_or(Lsn::ORIGIN).max(self.through[role as usize]);
            self.log.retain(|lsn, _| *lsn <= last);
        }
    }

    fn fingerprint(&self, role: Role) -> String {
        let blocks = self.images[role as usize].iter();
        fingerprint(blocks.map(|(address, contents)| (*address, contents)))
    }

    /// The first difference of each kind.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let found = [self.log_differs(other), self.answer_differs(other)];
        let mut found: Vec<_> = found.into_iter().flatten().collect();
        let common = self.points.iter().filter_map(|(entries, images)| {
            let others = other.points.get(entries)?;
            let all_equal = images.iter().chain(others).all(|image| *image == images[0]);
            (!all_equal).then_some(Difference::Image { entries: *entries })
        });
        found.extend(common.take(1));
        let sides = ["source", "destination"].into_iter().zip(self.last.iter().zip(&other.last));
        let unequal = sides.filter(|(_, (first, second))| first != second);
        found.extend(unequal.map(|(side, _)| Difference::FinalImage { side }));
        found
    }

    /// Numbers of entries of which both have images.
    pub fn common_images(&self, other: &Self) -> u64 {
        self.points.keys().filter(|entries| other.points.contains_key(entries)).count() as u64
    }

    fn log_differs(&self, other: &Self) -> Option<Difference> {
        let longest = self.log.len().max(other.log.len()) as u64;
        let (mut first, mut second) = (self.log.values(), other.log.values());
        let pairs = (1..=longest).map(|place| (place, first.next(), second.next()));
        let mut unequal = pairs.filter(|(_, first, second)| first != second);
        unequal.next().map(|(place, first, second)| Difference::Log {
            place,
            first: first.copied(),
            second: second.copied(),
        })
    }

    fn answer_differs(&self, other: &Self) -> Option<Difference> {
        let ids = self.answers.keys().chain(other.answers.keys());
        let of = |answers: &BTreeMap<WriteId, Outcome>, id: &WriteId| answers.get(id).cloned();
        let mut pairs = ids.map(|id| (*id, of(&self.answers, id), of(&other.answers, id)));
        let (id, first, second) = pairs.find(|(_, first, second)| first != second)?;
        let word = |outcome: Option<Outcome>| {
            outcome.map_or_else(|| "not at all".to_owned(), |outcome| format!("{outcome:?}"))
        };
        Some(Difference::Answer { id, first: word(first), second: word(second) })
    }
}
