//! The wrong protocols of Spec 12, by name. Each breaks one rule, and the property named must notice.
//!
//! Those *beyond* Spec 12 are ours: each breaks a rule whose property none of the first list is
//! caught by. Their table stands at the end of [`crate::specification`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares the wrong protocols, each with its word in scenario files and its property.
macro_rules! sabotages {
    (
        $($(#[doc = $doc:literal])+ $name:ident = $key:literal, $property:literal;)+
        beyond { $($(#[doc = $more:literal])+ $own:ident = $word:literal, $catcher:literal;)+ }
    ) => {
        /// A wrong protocol to run instead of the right one (Spec 12).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize, JsonSchema)]
        pub enum Sabotage {
            $($(#[doc = $doc])+ #[serde(rename = $key)] $name,)+
            $($(#[doc = $more])+ #[serde(rename = $word)] $own,)+
        }

        impl Sabotage {
            /// Every wrong protocol, in the order of the specification.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Every wrong protocol beyond Spec 12, in the order of their table.
            pub const BEYOND: &[Self] = &[$(Self::$own),+];

            /// Its word in scenario files: `no-copy-on-write`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                    $(Self::$own => $word,)+
                }
            }

            /// The property that must notice it: `S5`. Others may notice it too.
            #[must_use]
            pub const fn property(self) -> &'static str {
                match self {
                    $(Self::$name => $property,)+
                    $(Self::$own => $catcher,)+
                }
            }
        }
    };
}

sabotages! {
    /// A reference is kept after a partial overwrite of its block.
    KeepReferenceAfterPartial = "keep-reference-after-partial", "S5";
    /// A frozen buffer is overwritten during a CP.
    NoCopyOnWrite = "no-copy-on-write", "S2";
    /// A transfer ID is reused one CP early.
    ReuseTransferIdEarly = "reuse-transfer-id-early", "S7";
    /// The NVLog file is freed at `CP_BEGIN`.
    FreeNvlogAtBegin = "free-nvlog-at-begin", "S8";
    /// A reference is looked up at the same offset in the other file, its check skipped.
    ResolveInWrongFile = "resolve-in-wrong-file", "S5";
    /// The file is switched when `CP_BEGIN` arrives, not by the transfer's header (`datagram`).
    SwitchFileOnBegin = "switch-file-on-begin", "S8";
    /// The client is answered before the destination has the write.
    AckBeforeDestination = "ack-before-destination", "S1a";
    /// The destination commits on `CP_END`, whatever arrived (`datagram`).
    CommitWithoutCounting = "commit-without-counting", "S2";
    /// No shadow paging: blocks are overwritten where they lie.
    ApplyInPlace = "apply-in-place", "S3";
    /// The replay of a failover ignores LSNs (`datagram`).
    ReplayInArrivalOrder = "replay-in-arrival-order", "S9";
    /// The replay of a failover skips the older file.
    ReplayNewestFileOnly = "replay-newest-file-only", "S1";
    /// The file of a committed CP is replayed last, over later data.
    ReplayCommittedFile = "replay-committed-file", "S13";
    /// The map stays empty after a restart of the destination; then comes a failover.
    LogNotRescanned = "log-not-rescanned", "S1";
    /// Messages of an old epoch are accepted (`datagram`).
    AcceptStaleEpoch = "accept-stale-epoch", "S7";
    /// Unaligned writes number their blocks from the fragment.
    BlockNumberOffByOne = "block-number-off-by-one", "S5";
    /// A full block is taken from the live buffer, not from the frozen one.
    SendLiveBuffer = "send-live-buffer", "S2";
    /// A block no longer counts as changed once it is sent.
    ClearTrackingOnSend = "clear-tracking-on-send", "S14";
    /// Resynchronization lands an older block over a newer one.
    ResyncOvertakesWrite = "resync-overtakes-write", "S13";
    /// The destination is promoted in the middle of a resynchronization.
    PromoteInResync = "promote-in-resync", "S15";
    /// The new generation is recorded after the first write (operator promotion, then a crash).
    LateGeneration = "late-generation", "S16";
    /// An NVRAM half is freed before `CP_ACK`.
    FreeHalfBeforeAck = "free-half-before-ack", "S8";
    /// A full bound makes clients wait and starts no CP (timer off).
    FullBoundStartsNoCp = "full-bound-starts-no-cp", "L4";
    /// A repeated request is applied twice.
    ApplyRetryTwice = "apply-retry-twice", "S10";
    /// `InSync` is declared before the last delta has arrived.
    InSyncTooSoon = "in-sync-too-soon", "S18";
    /// A lost or rotten write of an NVLog file goes unnoticed.
    TrustLogStorage = "trust-log-storage", "S19";
    /// Metadata is sent as a reference.
    ReferenceMetadata = "reference-metadata", "S6";
    /// The wrap of transfer IDs goes unnoticed.
    IgnoreIdWrap = "ignore-id-wrap", "S7";
    /// Lost NVRAM is taken for an empty log.
    EmptyLogAfterLoss = "empty-log-after-loss", "S20";
    beyond {
        /// A trigger that was kept takes a number of its own beside that of the CP it starts.
        KeptTriggerTakesNumber = "kept-trigger-takes-number", "S4";
        /// An entry counts as replayed once it is taken into the CP, not when that is committed.
        MarkReplayedEarly = "mark-replayed-early", "S11";
        /// The bytes of a transfer that comes again count again towards its entries.
        CountDuplicates = "count-duplicates", "S12";
        /// `strict` holds new writes out of sync, and answers those that wait already.
        StrictAnswersWaiting = "strict-answers-waiting", "S17";
        /// The bound on buffers counts those of the active half only.
        FrozenBuffersUncounted = "frozen-buffers-uncounted", "S21";
        /// A read takes the frozen buffer where there is one, though the block was written since.
        ReadFrozenBuffer = "read-frozen-buffer", "S22";
        /// Only blocks of aligned writes leave a reference.
        OnlyAlignedReferences = "only-aligned-references", "S23";
        /// A tree that grows taller does not take its old root over.
        ForgetOldRoot = "forget-old-root", "S25";
        /// Silence counts while entries are owed, and not while only a CP is (`datagram`).
        CpOwesNoAnswer = "cp-owes-no-answer", "L1";
        /// A flush with nothing to wait for is answered with the next write.
        FlushWaitsForWrite = "flush-waits-for-write", "L2";
        /// HELLO is said once (`datagram`).
        SessionTriedOnce = "session-tried-once", "L3";
        /// A commit while the destination flushes asks for no other flush.
        ForgetCommitDuringFlush = "forget-commit-during-flush", "L5";
        /// A promoted side reads its log once for each entry.
        ScanPerEntry = "scan-per-entry", "L6";
        /// A NAK is not answered.
        IgnoreNak = "ignore-nak", "L7";
        /// Each session begins resynchronization from the original image.
        ResyncFromOriginal = "resync-from-original", "L8";
        /// A source whose lease is over serves on (witness).
        ServeAfterLease = "serve-after-lease", "S16";
        /// The lease is the witness's to give, not the destination's (witness).
        LeaseFromWitness = "lease-from-witness", "L9";
        /// The pieces of a block are laid over its base newest first (`extents`).
        PiecesOutOfOrder = "pieces-out-of-order", "S5";
        /// The destination applies the log of a CP at `CP_BEGIN`, whatever of it has come
        /// (`write-once`, `datagram`).
        ApplyBeforeAllCame = "apply-before-all-came", "S5";
    }
}

impl fmt::Display for Sabotage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spec 12: each row has a word of its own and names a property of Spec 11.
    #[test]
    fn every_row_has_its_own_word_and_a_property() {
        let specification = include_str!("../specification.md");
        let rows = specification.lines().filter(|line| line.starts_with("| "));
        let rows: Vec<Vec<_>> = rows.map(|row| row.split(" | ").collect()).collect();
        assert_eq!(Sabotage::ALL.len(), 28);
        for sabotage in Sabotage::ALL {
            let slug = format!("| {sabotage}");
            let row = rows.iter().find(|row| row[0] == slug).expect("each has its row");
            assert_eq!(row[2], format!("{} |", sabotage.property()), "{sabotage}");
            let read = serde_json::from_value::<Sabotage>(sabotage.key().into());
            assert_eq!(read.ok(), Some(*sabotage));
        }
    }

    /// The same of the second table.
    #[test]
    fn beyond_the_specification_each_has_its_row_and_a_property() {
        let specification = include_str!("../specification.md");
        let (_, table) = specification.split_once("## Beyond Spec 12").expect("it is there");
        let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
        let rows: Vec<_> = rows.map(|row| row.split(" | ").collect::<Vec<_>>()).collect();
        assert_eq!(rows.len(), Sabotage::BEYOND.len());
        for (sabotage, row) in Sabotage::BEYOND.iter().zip(rows) {
            assert_eq!(row[0], format!("| {sabotage}"));
            assert_eq!(row[2], format!("{} |", sabotage.property()), "{sabotage}");
            let read = serde_json::from_value::<Sabotage>(sabotage.key().into());
            assert_eq!(read.ok(), Some(*sabotage));
        }
    }
}
