//! Steps of the protocol at which a fault can be planned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of the protocol. A number left out: the first time that the step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub name: StepName,
    /// Of this CP.
    pub cp: Option<u64>,
    /// The k-th of its kind, from 1.
    pub k: Option<u64>,
    /// Of this pass of a resynchronization, from 1.
    pub pass: Option<u64>,
}

/// Declares the steps, their words, and the numbers that go with each.
macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal [$($number:literal),*];)+) => {
        /// The steps of the protocol at which a fault can be planned.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize, JsonSchema)]
        pub enum StepName {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $name,)+
        }

        impl StepName {
            /// Every step.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its word in scenario files.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The numbers that go with it: of `cp`, `k` and `pass`.
            #[must_use]
            pub const fn numbers(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($number),*],)+
                }
            }
        }
    };
}

steps! {
    /// The source begins CP `cp`.
    CpBegin = "cp_begin" ["cp"];
    /// The `k`-th block of CP `cp` arrives at the destination.
    CpBlock = "cp_block" ["cp", "k"];
    /// `CP_END` of CP `cp` has left, and the destination has not committed it yet.
    CpEnd = "cp_end" ["cp"];
    /// The source has committed CP `cp`.
    SourceCommit = "source_commit" ["cp"];
    /// The destination has committed CP `cp`.
    DestinationCommit = "destination_commit" ["cp"];
    /// The destination sends `CP_ACK` of CP `cp`.
    CpAck = "cp_ack" ["cp"];
    /// The `k`-th transfer of CP `cp` is sent.
    Transfer = "transfer" ["cp", "k"];
    /// The `k`-th write of the run is logged at the source.
    WriteLogged = "write_logged" ["k"];
    /// The source replays its `k`-th entry after a restart.
    SourceReplay = "source_replay" ["k"];
    /// The destination scans its `k`-th record of log storage after a restart.
    DestinationScan = "destination_scan" ["k"];
    /// Pass `pass` of a resynchronization begins.
    ResyncPass = "resync_pass" ["pass"];
    /// The `k`-th block of pass `pass` arrives at the destination.
    ResyncBlock = "resync_block" ["pass", "k"];
    /// Forwarding of a CP in full begins, the last step before the sides are in sync.
    CpForwarding = "cp_forwarding" ["cp"];
    /// The source declares itself in sync for the `k`-th time.
    InSync = "in_sync" ["k"];
    /// The source declares itself out of sync for the `k`-th time.
    OutOfSync = "out_of_sync" ["k"];
    /// The `k`-th promotion begins.
    Promotion = "promotion" ["k"];
    /// A promotion replays its `k`-th entry.
    PromotionReplay = "promotion_replay" ["k"];
    /// The destination asks the witness for its `k`-th promotion.
    PromotionAsked = "promotion_asked" ["k"];
    /// The witness has durably granted the `k`-th promotion, and nobody knows yet.
    PromotionGranted = "promotion_granted" ["k"];
    /// The promoted side logs its first write.
    FirstWriteAfterPromotion = "first_write_after_promotion" [];
}
