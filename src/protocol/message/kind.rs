//! Kinds of messages, and their words in scenario files.

use super::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Log entries with their data.
    Transfer,
    /// A CP begins.
    CpBegin,
    /// Blocks of a CP.
    CpData,
    /// A CP is complete.
    CpEnd,
    /// A block in full, for a NAK.
    NakAnswer,
    /// Blocks that the destination does not have.
    Want,
    /// Those, in full.
    Wanted,
    /// Log entries have arrived.
    LogAck,
    /// A CP is committed.
    CpAck,
    /// A reference cannot be resolved.
    Nak,
    /// There is no free `NVLog` file, or storage is at work.
    Wait,
    /// A session begins.
    Hello,
    /// The session lives.
    Welcome,
    /// A newer reign has begun.
    Deposed,
    /// The destination has a new life.
    Restarted,
    /// The mirror is in sync.
    InSync,
    /// The destination knows that it is.
    InSyncNoted,
    /// The source is there.
    Heartbeat,
    /// So is the destination.
    HeartbeatAnswer,
}

impl MessageKind {
    /// Its word in scenario files: `cp_data`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::CpBegin => "cp_begin",
            Self::CpData => "cp_data",
            Self::CpEnd => "cp_end",
            Self::NakAnswer => "nak_answer",
            Self::Want => "want",
            Self::Wanted => "wanted",
            Self::LogAck => "log_ack",
            Self::CpAck => "cp_ack",
            Self::Nak => "nak",
            Self::Wait => "wait",
            Self::Hello => "hello",
            Self::Welcome => "welcome",
            Self::Deposed => "deposed",
            Self::Restarted => "restarted",
            Self::InSync => "in_sync",
            Self::InSyncNoted => "in_sync_noted",
            Self::Heartbeat => "heartbeat",
            Self::HeartbeatAnswer => "heartbeat_answer",
        }
    }
}

impl Message {
    /// What kind of message it is.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Transfer(_) => MessageKind::Transfer,
            Self::CpBegin { .. } => MessageKind::CpBegin,
            Self::CpData { .. } => MessageKind::CpData,
            Self::CpEnd { .. } => MessageKind::CpEnd,
            Self::NakAnswer { .. } => MessageKind::NakAnswer,
            Self::Want { .. } => MessageKind::Want,
            Self::Wanted { .. } => MessageKind::Wanted,
            Self::LogAck { .. } => MessageKind::LogAck,
            Self::CpAck { .. } => MessageKind::CpAck,
            Self::Nak { .. } => MessageKind::Nak,
            Self::Wait { .. } => MessageKind::Wait,
            Self::Hello { .. } => MessageKind::Hello,
            Self::Welcome { .. } => MessageKind::Welcome,
            Self::Deposed { .. } => MessageKind::Deposed,
            Self::Restarted { .. } => MessageKind::Restarted,
            Self::InSync { .. } => MessageKind::InSync,
            Self::InSyncNoted { .. } => MessageKind::InSyncNoted,
            Self::Heartbeat { .. } => MessageKind::Heartbeat,
            Self::HeartbeatAnswer { .. } => MessageKind::HeartbeatAnswer,
        }
    }
}
