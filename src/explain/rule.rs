//! Rules of the protocol: where what happened and what should have happened may part.

use serde::Serialize;

/// Declares the rules: who keeps it and what it is about, and the clause that says it.
macro_rules! rules {
    ($($name:ident = $key:literal, $clause:literal, $words:literal;)+) => {
        /// A rule of the protocol, as narrow as facts tell rules apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum Rule {
            $(#[doc = $words] #[serde(rename = $key)] $name,)+
        }

        impl Rule {
            /// Its word in JSON.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                }
            }

            /// The clause of the specification.
            #[must_use]
            pub const fn clause(self) -> &'static str {
                match self {
                    $(Self::$name => $clause,)+
                }
            }

            /// Who keeps it, and what it is about.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)+
                }
            }
        }
    };
}

rules! {
    ChooseItem = "choose_item", "5.3", "the source, choosing between a reference and the block in full";
    ChoosePieces = "choose_pieces", "10", "the source, naming the pieces that a block is put together from";
    NumberBlock = "number_block", "3.4", "the source, numbering the blocks of a transfer";
    PackTransfer = "pack_transfer", "3.4", "the source, packing entries into transfers";
    GiveTransferId = "give_transfer_id", "3.3", "the source, giving a transfer its ID";
    CopyOnWrite = "copy_on_write", "3.2", "the source, keeping a frozen buffer apart from later writes";
    SendFrozen = "send_frozen", "5.3", "the source, taking a block in full from the frozen buffer";
    SendAll = "send_all", "5.3", "the source, sending every block of a consistency point";
    AnnounceCp = "announce_cp", "5.2", "the source, naming what a consistency point holds";
    AnswerWrite = "answer_write", "3.7", "the source, answering a write";
    AnswerFlush = "answer_flush", "5.1", "the source, answering a flush";
    KnowRetry = "know_retry", "3.1", "the source, knowing a repeated request";
    LogRequest = "log_request", "3.1", "the source, logging what clients ask";
    ServeRead = "serve_read", "3.9", "the source, finding what a read is to return";
    StartCp = "start_cp", "5.1", "the source, starting a consistency point";
    NumberCp = "number_cp", "5.1", "the source, numbering consistency points";
    KeepBound = "keep_bound", "3.8", "the source, keeping to its bounds";
    WriteMetadata = "write_metadata", "5.8", "the source, making the metadata of a consistency point";
    FreeHalf = "free_half", "5.7", "the source, freeing a half of NVRAM";
    CommitSource = "commit_source", "5.6", "the source, committing a consistency point";
    AnswerNak = "answer_nak", "5.4", "the source, answering a NAK";
    SendAgain = "send_again", "8.1", "the source, sending again what was not acknowledged";
    HoldStrict = "hold_strict", "6.3", "the source, answering writes of a strict mirror";
    TrackChanges = "track_changes", "6.4", "the source, tracking which blocks differ";
    ResyncBase = "resync_base", "6.5", "the source, choosing what a resynchronization starts from";
    ResyncOrder = "resync_order", "6.5", "the source, letting nothing older land over newer";
    DeclareInSync = "declare_in_sync", "6.1", "the source, declaring the mirror in sync";
    TryAgain = "try_again", "6.4", "the source, trying a lost session again";
    TakeSnapshot = "take_snapshot", "10", "the source, sending a snapshot at each tick and at the end";
    DeclareLoss = "declare_loss", "7.2", "the source, declaring that NVRAM was lost";
    AcceptMessage = "accept_message", "4.2", "the receiver, refusing what is of another session or consistency point";
    CountEntries = "count_entries", "4.2", "the destination, counting what has come of an entry";
    SwitchLog = "switch_log", "4.1", "the destination, choosing the NVLog file of a transfer";
    FreeLog = "free_log", "4.3", "the destination, freeing an NVLog file";
    FlushLog = "flush_log", "4.3", "the destination, flushing after a commit";
    Resolve = "resolve", "5.5", "the destination, resolving a reference";
    PutTogether = "put_together", "10", "the destination, putting a block together from its pieces";
    ApplyLog = "apply_log", "10", "the destination, applying the log of a consistency point by itself";
    CheckLog = "check_log", "5.4", "the destination, checking what it reads from its log";
    CheckDisk = "check_disk", "8.2", "the node, checking what it reads from its disks";
    CommitComplete = "commit_complete", "5.6", "the destination, committing only what is complete and durable";
    CommitAtomic = "commit_atomic", "5.6", "the node, keeping what is not committed out of its image";
    ReadLog = "read_log", "7.3", "the destination, reading its log after a restart";
    ReplayAll = "replay_all", "7.4", "the promoted side, replaying every file of its log";
    ReplayOrder = "replay_order", "7.4", "the promoted side, replaying in the order of the log";
    ReplayNewer = "replay_newer", "7.4", "the promoted side, replaying only what its image lacks";
    ReplayAgain = "replay_again", "7.4", "the promoted side, replaying again what was not committed";
    ReplayInTime = "replay_in_time", "7.4", "the promoted side, reading its log once";
    GuardPromotion = "guard_promotion", "7.5", "the destination, refusing to be promoted out of sync";
    RecordReign = "record_reign", "7.4", "the promoted side, recording its reign before it serves";
    ListDiverged = "list_diverged", "7.7", "the returning side, telling what it changed alone";
    HoldLease = "hold_lease", "7.6", "the source, serving by a lease or by the witness's consent";
    GiveLease = "give_lease", "7.6", "the destination, giving the source its lease";
    AskWitness = "ask_witness", "7.6", "the witness, granting one side only";
    AddUp = "add_up", "9.1", "the link, counting bytes";
    Finish = "finish", "11", "the whole, going on until everything is done";
}
