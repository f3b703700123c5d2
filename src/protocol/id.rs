//! Identities: who, which, and in what order.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A plain number with a type of its own.
macro_rules! numbered {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[derive(Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )+};
}

numbered! {
    /// A client, by its place in the scenario.
    ClientId(u32);
    /// A client's own number of an operation, from 1.
    OpNumber(u64);
    /// One planned or drawn fault.
    FaultId(u32);
    /// A session between source and destination; a new one forgets every reference (Spec 6.2).
    Epoch(u64);
    /// One life of a node between restarts (Spec 1.5).
    Incarnation(u32);
    /// One reign of a source; promotion begins a new one (Spec 7.4).
    Generation(u32);
    /// A consistency point within a generation.
    CpNumber(u64);
    /// A data transfer, unique within its epoch while its half lives (Spec 3.3; Claim 10).
    TransferId(u32);
    /// Index of a block in the block area of its transfer (Spec 3.4; Claims 4, 12).
    BlockNumber(u32);
    /// Index of a fragment in the fragment area of its transfer (Spec 3.4).
    FragmentNumber(u32);
    /// An NVLog file of the destination.
    LogFile(u8);
    /// A node's own name for a piece of I/O it asked for.
    Ticket(u64);
}

/// One of the two NVRAM halves (Spec 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// The half in use first.
    First,
    /// The other.
    Second,
}

impl Half {
    /// The other half.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// A client's operation: who and which. Names a write's bytes wherever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WriteId {
    /// Who.
    pub client: ClientId,
    /// Which.
    pub op: OpNumber,
}

impl fmt::Display for WriteId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "c{}#{}", self.client, self.op)
    }
}

/// A consistency point; ordered by generation, then number (Spec 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CpId {
    /// The reign it belongs to.
    pub generation: Generation,
    /// Its number, from 1; 0 is the original image.
    pub number: CpNumber,
}

impl CpId {
    /// The original image of the first generation, before any CP.
    pub const ORIGINAL: Self = Self { generation: Generation(1), number: CpNumber(0) };

    /// The CP after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { generation: self.generation, number: CpNumber(self.number.0 + 1) }
    }
}

impl fmt::Display for CpId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CP {}", self.number)
    }
}

/// A log sequence number; ordered by generation, incarnation, sequence (Spec 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lsn {
    /// The reign in which it was given.
    pub generation: Generation,
    /// The life of the source in which it was given.
    pub incarnation: Incarnation,
    /// Counts from 1; 0 comes before the first entry.
    pub sequence: u64,
}

impl Lsn {
    /// Before the first entry of the first generation.
    pub const ORIGIN: Self =
        Self { generation: Generation(1), incarnation: Incarnation(1), sequence: 0 };

    /// The LSN after this one in the same life.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { sequence: self.sequence + 1, ..self }
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LSN {}", self.sequence)
    }
}
