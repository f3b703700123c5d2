//! Facts → verdict. Every property of Spec 11 is a reader of facts; none looks into a node.

use crate::facts::Role;
use crate::units::SimTime;
use serde::{Deserialize, Serialize};

/// One property broken once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The property: `S5`, `L2`.
    pub property: String,
    /// When it showed.
    pub at: SimTime,
    /// Where it showed: what stays the same when the same bug shows at another time or block.
    #[serde(rename = "where")]
    pub place: Place,
    /// Which bytes, which writes, which CP.
    pub message: String,
    /// The number of the fact at which it showed.
    pub fact: u64,
}

/// Where a violation showed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The part of the node concerned.
    pub role: Role,
    /// The state of the mirror, as the facts show it: `in_sync`.
    pub state: String,
    /// The kind of divergence: `wrong_bytes`.
    pub kind: String,
}

/// Whether the run kept every property.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The first violations, in the order of facts.
    pub violations: Vec<Violation>,
    /// Further violations that were only counted.
    pub more: u64,
}

impl Verdict {
    /// Whether no property was violated.
    #[must_use]
    pub const fn is_pass(&self) -> bool {
        self.violations.is_empty()
    }
}
