//! What bytes on the WAN are for (Spec 9.2).

use serde::{Deserialize, Serialize};

/// A category of bytes; every byte of a link belongs to exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Transfer headers and entry headers.
    LogHeaders,
    /// Whole blocks in transfers.
    LogBlocks,
    /// Fragments in transfers.
    LogFragments,
    /// References sent at consistency points.
    CpReferences,
    /// Data blocks sent in full at consistency points, with their item headers.
    CpBlocks,
    /// Metadata blocks sent at consistency points, with their item headers.
    CpMetadata,
    /// `CP_BEGIN`, `CP_END`, `CP_ACK` and the headers of `CP_DATA`.
    CpControl,
    /// Acknowledgements of log entries.
    Acknowledgements,
    /// Setting up and keeping a session.
    Session,
    /// Heartbeats between the sides.
    Heartbeats,
    /// Resynchronization.
    Resync,
    /// NAKs and their answers.
    Naks,
    /// Bytes sent again.
    Retransmissions,
    /// Packet headers and framing.
    PacketOverhead,
}

impl Category {
    /// Every category, in the order of reports.
    pub const ALL: [Self; 14] = [
        Self::LogHeaders,
        Self::LogBlocks,
        Self::LogFragments,
        Self::CpReferences,
        Self::CpBlocks,
        Self::CpMetadata,
        Self::CpControl,
        Self::Acknowledgements,
        Self::Session,
        Self::Heartbeats,
        Self::Resync,
        Self::Naks,
        Self::Retransmissions,
        Self::PacketOverhead,
    ];

    /// The category's key in a report.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::LogHeaders => "log_headers",
            Self::LogBlocks => "log_blocks",
            Self::LogFragments => "log_fragments",
            Self::CpReferences => "cp_references",
            Self::CpBlocks => "cp_blocks",
            Self::CpMetadata => "cp_metadata",
            Self::CpControl => "cp_control",
            Self::Acknowledgements => "acknowledgements",
            Self::Session => "session",
            Self::Heartbeats => "heartbeats",
            Self::Resync => "resync",
            Self::Naks => "naks",
            Self::Retransmissions => "retransmissions",
            Self::PacketOverhead => "packet_overhead",
        }
    }

    /// The category's name in text and figures.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::LogHeaders => "transfer and entry headers",
            Self::LogBlocks => "whole blocks in transfers",
            Self::LogFragments => "fragments in transfers",
            Self::CpReferences => "CP references",
            Self::CpBlocks => "CP full blocks",
            Self::CpMetadata => "CP metadata",
            Self::CpControl => "CP control",
            Self::Acknowledgements => "acknowledgements",
            Self::Session => "session",
            Self::Heartbeats => "heartbeats",
            Self::Resync => "resync",
            Self::Naks => "NAKs and answers",
            Self::Retransmissions => "retransmissions",
            Self::PacketOverhead => "packet overhead",
        }
    }
}

/// Bytes by category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breakdown([u64; Category::ALL.len()]);

impl Breakdown {
    /// Adds `bytes` to a category.
    pub fn add(&mut self, category: Category, bytes: u64) {
        self.0[category as usize] += bytes;
    }

    /// Adds another breakdown, category by category.
    pub fn merge(&mut self, other: &Self) {
        for category in Category::ALL {
            self.add(category, other.get(category));
        }
    }

    /// Bytes of a category.
    #[must_use]
    pub fn get(&self, category: Category) -> u64 {
        self.0[category as usize]
    }

    /// Bytes of all categories.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_its_own_place_and_key() {
        let mut bytes = Breakdown::default();
        for (place, category) in Category::ALL.into_iter().enumerate() {
            assert_eq!(category as usize, place);
            bytes.add(category, 1 << place);
        }
        assert_eq!(bytes.total(), (1 << Category::ALL.len()) - 1);
        let keys: std::collections::BTreeSet<_> = Category::ALL.map(Category::key).into();
        assert_eq!(keys.len(), Category::ALL.len());
    }
}
