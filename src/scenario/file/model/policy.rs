//! Keys of single policies.

use crate::units::{Bytes, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the policy `dedup` goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct DedupText {
    /// Bytes in the hash of a block: from 8B to 64B.
    pub hash: Bytes,
    /// Share of blocks whose contents the destination has from elsewhere, long since.
    pub duplicates: Ratio,
    /// Time of either appliance's processor per block: to hash it where it is written, and to look it
    /// up where it arrives.
    pub cpu: Span,
}

impl Default for DedupText {
    fn default() -> Self {
        Self { hash: Bytes::new(32), duplicates: Ratio::ZERO, cpu: Span::from_micros(2) }
    }
}

/// What the policy `compress` goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct CompressText {
    /// Time of either appliance's processor per block: to compress it where it is written, and to
    /// restore it where it arrives.
    pub cpu: Span,
}

impl Default for CompressText {
    fn default() -> Self {
        Self { cpu: Span::from_micros(8) }
    }
}
