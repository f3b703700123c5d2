//! What a mirror would put on the link for a trace, from its numbers alone: the closed form of Spec 9.4
//! with the headers and packets of the scenario defaults, and w taken from how often a block is written
//! per consistency point.
//!
//! It holds for a run without faults whose consistency points are started by the timer alone. Where an
//! NVRAM half fills before, there are more of them, and fewer overwrites within each.

use crate::protocol::wire;
use crate::trace::{Measures, Overwrites, TraceStats};

/// Data in a transfer, at most; bytes of a `CP_DATA` message; bytes of a message in a packet, and what
/// a packet adds: the defaults of a scenario.
const TRANSFER: u128 = 64 << 10;
const MESSAGE: u128 = 64 << 10;
const PAYLOAD: u128 = 1500 - 40;
const PACKET: u128 = 78;

/// Bytes on the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Estimate {
    /// Towards the destination under the policy `full-blocks`.
    pub full_blocks: u64,
    /// Towards the destination under the policy `references`.
    pub references: u64,
    /// Back, under either: acknowledgements.
    pub to_source: u64,
}

impl Estimate {
    /// `None`: nothing is written.
    pub fn of(stats: &TraceStats, measures: Measures) -> Option<Self> {
        if stats.writes == 0 {
            return None;
        }
        let log: u128 =
            stats.lengths.iter().map(|(length, count)| logged(length) * u128::from(count)).sum();
        let points = u128::from(stats.overwrites.points);
        let (whole, partial) = at_points(&stats.overwrites);
        let in_full = u128::from(wire::ITEM_HEADER) + u128::from(measures.block_size);
        let sent_in_full = |blocks| data(blocks, in_full, points);
        let begin_and_end = u128::from(wire::CP_BEGIN + wire::CP_END) + 2 * PACKET;
        let reference = data(whole, u128::from(wire::REFERENCE), points);
        // Whole and partial blocks share their messages: those of the latter are counted once.
        let references = match partial {
            0 => reference,
            _ => {
                whole * u128::from(wire::REFERENCE) * (PAYLOAD + PACKET) / PAYLOAD
                    + sent_in_full(partial)
            }
        };
        let acknowledged = u128::from(stats.writes) * (u128::from(wire::LOG_ACK) + PACKET)
            + points * (u128::from(wire::CP_ACK) + PACKET);
        let whole_run = |blocks| fit(log + points * begin_and_end + blocks);
        Some(Self {
            full_blocks: whole_run(sent_in_full(whole + partial)),
            references: whole_run(references),
            to_source: fit(acknowledged),
        })
    }

    /// Share of all that is on the link that references save, as `saved.of_wan` counts it (Spec 9.3).
    pub fn saved(&self) -> Option<f64> {
        let all = self.full_blocks.saturating_add(self.to_source);
        share(self.full_blocks.saturating_sub(self.references), all)
    }
}

/// Bytes that the log entry of a write puts on the link: each transfer of it with its headers, in
/// packets.
fn logged(length: u64) -> u128 {
    let header = u128::from(wire::TRANSFER_HEADER + wire::ENTRY_HEADER);
    let sent = |data: u128| header + data + (header + data).div_ceil(PAYLOAD) * PACKET;
    let (full, rest) = (u128::from(length) / TRANSFER, u128::from(length) % TRANSFER);
    full * sent(TRANSFER) + if rest > 0 { sent(rest) } else { 0 }
}

/// Blocks at the ends of consistency points, whole and partial: those of a sample stand for all.
fn at_points(overwrites: &Overwrites) -> (u128, u128) {
    let Overwrites { all_block_writes, long_block_writes, block_writes, .. } = *overwrites;
    let short = u128::from(all_block_writes.saturating_sub(long_block_writes));
    let of_all = |blocks: u64| match block_writes {
        0 => 0,
        counted => u128::from(blocks) * short / u128::from(counted),
    };
    let whole = of_all(overwrites.whole_at_points) + u128::from(long_block_writes);
    (whole, of_all(overwrites.partial_at_points))
}

/// Bytes of `CP_DATA` that carries so many items of one length, in packets; each consistency point has
/// a message that is not full, and each message a packet that is not.
fn data(items: u128, item: u128, points: u128) -> u128 {
    let header = u128::from(wire::CP_DATA_HEADER);
    let in_a_message = ((MESSAGE - header) / item).max(1);
    let messages = items / in_a_message + points;
    let bytes = items * item + messages * header;
    bytes + (bytes / PAYLOAD + messages / 2) * PACKET
}

fn fit(bytes: u128) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// `part` of `whole`; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace;
    use crate::units::Span;

    /// By hand: a block of 4096 B, written four times in one consistency point. Each write is 4096 + 140
    /// B in 3 packets; the point 60 + 44 B in two; its block 40 + 24 B in one, or 40 + 4120 B in 3 (2
    /// and a half, counted as 2).
    #[test]
    fn a_block_by_hand() {
        let rows = (0..4).map(|time| format!("{time},a,0,4096,0\n"));
        let text =
            format!("time_us,target,offset,length,fsync\n{}", rows.collect::<Vec<_>>().concat());
        let trace = trace::read(text.as_bytes()).expect("a good trace");
        let measures = Measures { block_size: 4096, consistency_point: Span::from_secs(10) };
        let estimate = Estimate::of(&trace.stats(measures), measures).expect("it writes");
        let log = 4 * (4236 + 3 * 78) + 104 + 2 * 78;
        assert_eq!(estimate.references, log + 64);
        assert_eq!(estimate.full_blocks, log + 4160 + 2 * 78);
        assert_eq!(estimate.to_source, 4 * (44 + 78) + 36 + 78);
    }
}
