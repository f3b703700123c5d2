//! The parameters of a script: `set block_size=4KiB ack=sent`. Keys are the fields of
//! [`Parameters`].

use mirrorsim::protocol::block::BlockSize;
use mirrorsim::protocol::wire::Encoding;
use mirrorsim::protocol::{
    AckRule, Dispatch, FlushRule, HeldWrites, Metadata, Mode, Parameters, Policy,
};
use mirrorsim::units::{Bytes, Ratio, Span};
use serde::de::DeserializeOwned;

/// Bounds that do not bind, no timers.
pub fn default() -> Parameters {
    let size = BlockSize::new(Bytes::kib(4)).expect("a power of two");
    Parameters {
        block_size: size,
        encoding: Encoding::plain(size),
        duplicates: Ratio::ZERO,
        policy: Policy::default(),
        ack: AckRule::default(),
        mode: Mode::default(),
        held: HeldWrites::default(),
        dispatch: Dispatch::default(),
        metadata: Metadata::default(),
        nvram_half: Bytes::kib(256),
        entries: None,
        every: None,
        snapshot_every: Span::from_secs(60),
        transfer_bytes: Bytes::kib(64),
        transfer_delay: Span::ZERO,
        transfer_id_bits: 32,
        transfer_ids: 1024,
        buffers: 1024,
        dirty_high_water: 1024,
        cp_message_bytes: Bytes::kib(64),
        link_queue: Bytes::mib(1),
        nvlog_files: 2,
        flush: FlushRule::PerCp,
        cache: Bytes::mib(1),
        timeout: Span::from_secs(10),
        reconnect: Span::from_secs(60),
        resync_passes: 8,
        retransmit: None,
        lease: None,
        sabotage: None,
    }
}

/// Changes the parameter that `setting` names.
pub fn apply(parameters: &mut Parameters, key: &str, value: &str) -> Result<(), String> {
    match key {
        "block_size" => {
            let size = BlockSize::new(bytes(value)?);
            parameters.block_size = size.ok_or("a block is a power of two")?;
            parameters.encoding.size = parameters.block_size;
        }
        "policy" => parameters.policy = word(value)?,
        "ack" => parameters.ack = word(value)?,
        "mode" => parameters.mode = word(value)?,
        "held" => parameters.held = word(value)?,
        "dispatch" => parameters.dispatch = word(value)?,
        "metadata" => parameters.metadata = word(value)?,
        "nvram_half" => parameters.nvram_half = bytes(value)?,
        "entries" => parameters.entries = Some(number(value)?),
        "every" => parameters.every = Some(span(value)?),
        "transfer_bytes" => parameters.transfer_bytes = bytes(value)?,
        "transfer_delay" => parameters.transfer_delay = span(value)?,
        "transfer_id_bits" => parameters.transfer_id_bits = number(value)?,
        "transfer_ids" => parameters.transfer_ids = number(value)?,
        "buffers" => parameters.buffers = number(value)?,
        "dirty_high_water" => parameters.dirty_high_water = number(value)?,
        "cp_message_bytes" => parameters.cp_message_bytes = bytes(value)?,
        "link_queue" => parameters.link_queue = bytes(value)?,
        "nvlog_files" => parameters.nvlog_files = number(value)?,
        "flush" => parameters.flush = flush(value)?,
        "cache" => parameters.cache = bytes(value)?,
        "timeout" => parameters.timeout = span(value)?,
        "reconnect" => parameters.reconnect = span(value)?,
        "resync_passes" => parameters.resync_passes = number(value)?,
        "retransmit" => parameters.retransmit = Some(span(value)?),
        "lease" => parameters.lease = Some(span(value)?),
        "sabotage" => parameters.sabotage = Some(word(value)?),
        other => return Err(format!("no parameter is called {other:?}")),
    }
    Ok(())
}

fn flush(text: &str) -> Result<FlushRule, String> {
    match text {
        "per-cp" => Ok(FlushRule::PerCp),
        period => Ok(FlushRule::Every(span(period)?)),
    }
}

/// A length with its unit.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    text.parse().map_err(|problem| format!("{problem}"))
}

/// A span of time with its unit.
pub fn span(text: &str) -> Result<Span, String> {
    text.parse().map_err(|problem| format!("{problem}"))
}

/// A plain number.
pub fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number that fits"))
}

/// One of the words of the protocol, as it stands in scenario files.
pub fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = serde_json::Value::String(text.to_owned());
    serde_json::from_value(value).map_err(|problem| problem.to_string())
}
