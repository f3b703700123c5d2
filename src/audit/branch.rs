//! The rare branches of protocol, simulation and workload, by name: what some run must have done.

use crate::protocol::{Mark, Note, Refusal, ResolvedFrom, SessionEnd, Trigger, WaitCause};

/// Declares the branches, each with its name; what is said of it is its sentence.
macro_rules! branches {
    ($($(#[doc = $doc:literal])+ $name:ident = $key:literal;)+) => {
        /// A rare branch.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Branch {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Branch {
            /// Every branch.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name: `back-to-back-cp`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                }
            }

            /// What happens there.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim(),)+
                }
            }
        }
    };
}

branches! {
    /// The half was full before the last CP had ended, and the next one starts at once.
    BackToBackCp = "back-to-back-cp";
    /// What asked for a CP while one was running was kept, and starts one when that has ended.
    TriggerKept = "trigger-kept";
    /// A bound other than the half starts a CP.
    BoundStartsCp = "bound-starts-cp";
    /// Too many dirty buffers start a CP.
    DirtyBuffersStartCp = "dirty-buffers-start-cp";
    /// A write that only a CP can satisfy starts one.
    WaitingWriteStartsCp = "waiting-write-starts-cp";
    /// A write waits for room in the half.
    WaitsForHalf = "waits-for-half";
    /// A write waits for a transfer ID.
    WaitsForTransferId = "waits-for-transfer-id";
    /// A write waits for a buffer.
    WaitsForBuffer = "waits-for-buffer";
    /// A write waits for the mirror to be in sync.
    WaitsForSync = "waits-for-sync";
    /// A write waits for the replay of a log.
    WaitsForReplay = "waits-for-replay";
    /// A write to a block that is frozen for a CP works on a copy.
    FrozenBlockCopied = "frozen-block-copied";
    /// The same for a part of the block, whose other bytes come from the frozen copy.
    FrozenBlockCopiedInPart = "frozen-block-copied-in-part";
    /// Transfer IDs wrap.
    TransferIdsWrap = "transfer-ids-wrap";
    /// A write is split over several transfers.
    WriteSplit = "write-split";
    /// Several writes share a transfer.
    TransferShared = "transfer-shared";
    /// A transfer leaves because its oldest entry has waited enough.
    TransferTimer = "transfer-timer";
    /// The destination flushes by its clock.
    FlushTimer = "flush-timer";
    /// Every log file is in use, and a transfer waits for one.
    LogFilesInUse = "log-files-in-use";
    /// The destination says WAIT.
    Wait = "wait";
    /// Transfers that waited for a log file are dropped with their session.
    WaitingTransfersDropped = "waiting-transfers-dropped";
    /// A reference overtook its transfer, and is held.
    ReferenceHeld = "reference-held";
    /// A reference is resolved from log storage, not from memory.
    ResolvedFromStorage = "resolved-from-storage";
    /// A block is put together from several pieces.
    PutTogether = "put-together";
    /// A NAK of a block that is damaged in log storage.
    NakOfDamaged = "nak-of-damaged";
    /// A NAK is said again.
    NakRepeated = "nak-repeated";
    /// A NAK is answered again.
    NakAnsweredAgain = "nak-answered-again";
    /// A transfer arrives a second time.
    TransferTwice = "transfer-twice";
    /// A transfer arrives after the CP that holds it is committed.
    TransferAfterCommit = "transfer-after-commit";
    /// Blocks of a CP arrive before its beginning.
    ItemsBeforeBegin = "items-before-begin";
    /// The end of a CP overtakes some of its blocks.
    EndBeforeItems = "end-before-items";
    /// Blocks of a CP arrive again.
    ItemsRepeated = "items-repeated";
    /// The destination turns away a message of a CP that is over.
    CpOverAtDestination = "cp-over-at-destination";
    /// The source turns away a message of a CP that is over.
    CpOverAtSource = "cp-over-at-source";
    /// A CP is acknowledged again, since the acknowledgement was lost.
    CpAckAgain = "cp-ack-again";
    /// A transfer is sent again.
    TransferAgain = "transfer-again";
    /// A CP is sent again.
    CpAgain = "cp-again";
    /// A pass of resynchronization is sent again.
    PassAgain = "pass-again";
    /// That the mirror is in sync is said again.
    InSyncAgain = "in-sync-again";
    /// The destination turns away a message of another epoch.
    EpochOverAtDestination = "epoch-over-at-destination";
    /// The source turns away a message of another epoch.
    EpochOverAtSource = "epoch-over-at-source";
    /// HELLO of an epoch that is over.
    HelloOfOldEpoch = "hello-of-old-epoch";
    /// HELLO is said again, and answered again.
    HelloAnsweredAgain = "hello-answered-again";
    /// HELLO was heard in an earlier life, which its answer says.
    HelloOfEarlierLife = "hello-of-earlier-life";
    /// The source begins another epoch, since its HELLO was heard in an earlier life.
    GreetedAnew = "greeted-anew";
    /// WELCOME comes a second time, and is turned away.
    WelcomeRepeated = "welcome-repeated";
    /// HELLO comes while a CP is being committed, and the commit goes on.
    HelloDuringCommit = "hello-during-commit";
    /// A session ends since nothing was heard.
    SessionEndsInSilence = "session-ends-in-silence";
    /// A session ends with its connection.
    SessionEndsWithConnection = "session-ends-with-connection";
    /// A session ends since the destination has a new life.
    SessionEndsWithDestination = "session-ends-with-destination";
    /// A session ends since a block that the destination misses is damaged.
    SessionEndsWithDamage = "session-ends-with-damage";
    /// A source loses its lease and leaves the session (Spec 7.6).
    SessionEndsWithLease = "session-ends-with-lease";
    /// A session ends in the middle of a pass.
    PassInterrupted = "pass-interrupted";
    /// A session ends while a CP goes in full.
    ForwardingInterrupted = "forwarding-interrupted";
    /// A pass is not enough, and a second one follows.
    SecondPass = "second-pass";
    /// A block changes again while a pass sends it.
    ChangedDuringPass = "changed-during-pass";
    /// Passes do not shrink: the resynchronization does not converge.
    ResyncDoesNotConverge = "resync-does-not-converge";
    /// A block that the destination missed is newer in the CP that goes in full.
    MissingBlockOverwritten = "missing-block-overwritten";
    /// Nothing differs and nothing waits: in sync without a CP in full.
    CaughtUpAtRest = "caught-up-at-rest";
    /// A write to log storage is done when its session is over.
    LogWriteOfOldSession = "log-write-of-old-session";
    /// A shadow page is durable when its CP was given up.
    PageOfDroppedCp = "page-of-dropped-cp";
    /// A reference is read back when its CP was given up.
    LogReadOfDroppedCp = "log-read-of-dropped-cp";
    /// The source reads a block for a session that is over.
    ReadOfOldSession = "read-of-old-session";
    /// A source crashes while it replays what it found after a crash.
    CrashInReplay = "crash-in-replay";
    /// After a crash both halves are replayed.
    BothHalvesReplayed = "both-halves-replayed";
    /// After a crash a half is found whose CP was committed.
    HalfFreedAfterCrash = "half-freed-after-crash";
    /// A commit that was under way survives a crash.
    CommitSurvivesCrash = "commit-survives-crash";
    /// Entries that never became durable at the source are discarded by the destination.
    VoidDiscarded = "void-discarded";
    /// A client asks again for what an earlier life had logged.
    AskedAgain = "asked-again";
    /// A client asks again while it is being served.
    RequestRepeated = "request-repeated";
    /// A client is not answered in time, and asks again.
    ClientTimeout = "client-timeout";
    /// A client asks, and no appliance is there.
    RequestUnheard = "request-unheard";
    /// A client asks a node that is a destination.
    AskedOfDestination = "asked-of-destination";
    /// A write fails since a strict mirror is not in sync.
    WriteFails = "write-fails";
    /// A write that is too large for ever is refused.
    WriteTooLarge = "write-too-large";
    /// A promotion is refused, since the destination knows that it is not in sync.
    PromotionRefused = "promotion-refused";
    /// A source is ordered to become the source.
    PromotionOfSource = "promotion-of-source";
    /// A destination that is not in sync is promoted by force.
    PromotedOutOfSync = "promoted-out-of-sync";
    /// A promotion finds nothing to replay.
    EmptyReplay = "empty-replay";
    /// The replay of a promotion stops early, and reports the rest.
    ReplayStopsEarly = "replay-stops-early";
    /// A promotion is interrupted by a crash.
    CrashInPromotion = "crash-in-promotion";
    /// An old source goes on answering clients when another already reigns.
    RivalAnswers = "rival-answers";
    /// A source learns that another reigns.
    Deposed = "deposed";
    /// The destination turns away the HELLO of an old source.
    OldSourceAtDestination = "old-source-at-destination";
    /// A source turns away the HELLO of another source.
    OldSourceAtSource = "old-source-at-source";
    /// Blocks that a side changed alone are set aside.
    DivergenceFound = "divergence-found";
    /// NVRAM was lost: that is declared.
    NvramLost = "nvram-lost";
    /// A source whose NVRAM was lost refuses a client.
    FencedRefuses = "fenced-refuses";
    /// A destination that asks the witness leaves a heartbeat unanswered (Spec 7.6).
    HeartbeatUnanswered = "heartbeat-unanswered";
    /// An order that is not forced is refused where a witness decides (Spec 7.6).
    WitnessDecides = "witness-decides";
    /// A scan finds a damaged record in log storage.
    LogDamaged = "log-damaged";
    /// A block of the source's own image is found damaged.
    BlockDamaged = "block-damaged";
    /// A read of a damaged block is refused.
    ReadRefused = "read-refused";
    /// The base of a partial write is damaged, and the source stops serving.
    BaseLost = "base-lost";
    /// The base of a partial write is damaged, and the block was wholly overwritten meanwhile.
    DamagedBaseNotNeeded = "damaged-base-not-needed";
    /// A message arrives damaged, and its checksum tells.
    MessageDamaged = "message-damaged";
    /// A message finds no node.
    MessageFindsNobody = "message-finds-nobody";
    /// A message leaves while its sender is paused, which hears of it later.
    DepartureDeferred = "departure-deferred";
}

impl Branch {
    /// The branch that a node's word is about by itself, if it is rare.
    #[must_use]
    pub fn of_note(note: &Note) -> Option<Self> {
        Some(match note {
            Note::CpStarted(_, trigger) => return Self::of_trigger(*trigger),
            Note::WriteWaits(_, cause) => Self::of_wait(*cause),
            Note::SessionLost(end) => return Self::of_end(*end),
            Note::Sometimes(mark) => Self::of_mark(*mark),
            Note::DestinationWaits => Self::LogFilesInUse,
            Note::Resolved(_, ResolvedFrom::LogStorage) => Self::ResolvedFromStorage,
            Note::Resolved(_, ResolvedFrom::Pieces) => Self::PutTogether,
            Note::Held(_) => Self::ReferenceHeld,
            Note::ResyncPass(2.., ..) => Self::SecondPass,
            Note::ResyncDoesNotConverge => Self::ResyncDoesNotConverge,
            Note::NvramLost => Self::NvramLost,
            Note::LogDamaged(..) => Self::LogDamaged,
            Note::PromotionDecided(Some(_)) => Self::PromotedOutOfSync,
            Note::LogReplayed(_, 1..) => Self::ReplayStopsEarly,
            Note::LogReplayed(0, 0) => Self::EmptyReplay,
            Note::Deposed(_) => Self::Deposed,
            Note::Diverged(1..) => Self::DivergenceFound,
            Note::BlockDamaged(_) => Self::BlockDamaged,
            Note::CpEnded(_)
            | Note::Resolved(_, ResolvedFrom::Memory)
            | Note::Mirror(_)
            | Note::ResyncPass(..)
            | Note::Restarted(..)
            | Note::PromotionDecided(None)
            | Note::LogReplayed(..)
            | Note::Diverged(0)
            | Note::Session(_) => return None,
        })
    }

    const fn of_trigger(trigger: Trigger) -> Option<Self> {
        Some(match trigger {
            Trigger::BackToBack => Self::BackToBackCp,
            Trigger::DirtyBuffers => Self::DirtyBuffersStartCp,
            Trigger::Bound => Self::BoundStartsCp,
            Trigger::WaitingWrite => Self::WaitingWriteStartsCp,
            Trigger::Timer
            | Trigger::HalfFull
            | Trigger::Operator
            | Trigger::Replay
            | Trigger::Resync => return None,
        })
    }

    const fn of_wait(cause: WaitCause) -> Self {
        match cause {
            WaitCause::NvramHalf => Self::WaitsForHalf,
            WaitCause::TransferIds => Self::WaitsForTransferId,
            WaitCause::DirtyBuffers => Self::WaitsForBuffer,
            WaitCause::NotInSync => Self::WaitsForSync,
            WaitCause::Replay => Self::WaitsForReplay,
        }
    }

    const fn of_end(end: SessionEnd) -> Option<Self> {
        Some(match end {
            SessionEnd::NoProgress => Self::SessionEndsInSilence,
            SessionEnd::ConnectionLost => Self::SessionEndsWithConnection,
            SessionEnd::DestinationRestarted => Self::SessionEndsWithDestination,
            SessionEnd::BlockDamaged => Self::SessionEndsWithDamage,
            SessionEnd::LeaseLost => Self::SessionEndsWithLease,
            SessionEnd::SourceRestarted | SessionEnd::Promoted => return None,
        })
    }

    const fn of_mark(mark: Mark) -> Self {
        match mark {
            Mark::TransferAfterCommit => Self::TransferAfterCommit,
            Mark::ItemsBeforeBegin => Self::ItemsBeforeBegin,
            Mark::EndBeforeItems => Self::EndBeforeItems,
            Mark::ItemsRepeated => Self::ItemsRepeated,
            Mark::NakAnsweredAgain => Self::NakAnsweredAgain,
            Mark::LogWriteOfOldSession => Self::LogWriteOfOldSession,
            Mark::PageOfDroppedCp => Self::PageOfDroppedCp,
            Mark::LogReadOfDroppedCp => Self::LogReadOfDroppedCp,
            Mark::HelloDuringCommit => Self::HelloDuringCommit,
            Mark::HelloOfOldEpoch => Self::HelloOfOldEpoch,
            Mark::VoidDiscarded => Self::VoidDiscarded,
            Mark::WaitingTransfersDropped => Self::WaitingTransfersDropped,
            Mark::AskedAgain => Self::AskedAgain,
            Mark::ReadOfOldSession => Self::ReadOfOldSession,
            Mark::CaughtUpAtRest => Self::CaughtUpAtRest,
            Mark::GreetedAnew => Self::GreetedAnew,
            Mark::MissingBlockOverwritten => Self::MissingBlockOverwritten,
            Mark::ChangedDuringPass => Self::ChangedDuringPass,
            Mark::DamagedBaseNotNeeded => Self::DamagedBaseNotNeeded,
        }
    }

    /// The branch that a refusal is about by itself, whoever refuses.
    #[must_use]
    pub const fn of_refusal(refusal: Refusal) -> Option<Self> {
        Some(match refusal {
            Refusal::LargerThanHalf => Self::WriteTooLarge,
            Refusal::NotTheSource => Self::AskedOfDestination,
            Refusal::Duplicate => Self::TransferTwice,
            Refusal::Fenced => Self::FencedRefuses,
            Refusal::Asking => Self::HeartbeatUnanswered,
            Refusal::WitnessDecides => Self::WitnessDecides,
            Refusal::Damaged => Self::ReadRefused,
            Refusal::DiskFailed => Self::BaseLost,
            // No scenario can ask for a write of no bytes or beyond all volumes; for the others see who
            // refuses what.
            Refusal::Empty
            | Refusal::BeyondVolume
            | Refusal::WrongEpoch
            | Refusal::ForeignCp
            | Refusal::WrongDirection
            | Refusal::Repeated
            | Refusal::NotInSync
            | Refusal::Deposed => return None,
        })
    }
}
