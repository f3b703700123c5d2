//! Clients: one kind of workload each, with that kind's keys.

use super::bounds::{blocks_of, transfers_of};
use super::policy::COMPRESSED_TO;
use super::{operations, problem, rules, synthetic};
use crate::protocol::block::BlockSize;
use crate::protocol::wire::entry_in_nvram;
use crate::protocol::{Operation, Parameters};
use crate::scenario::file::model::{ClientText, WorkloadKind, WorkloadText};
use crate::scenario::{Client, Problem, Scenario, Synthetic, TraceReplay, Workload};
use crate::units::{Bytes, Ratio, Span};

/// Completes `text` and gives the client it describes.
pub(super) fn resolve(
    text: &mut ClientText,
    number: usize,
    size: BlockSize,
) -> Result<Client, Problem> {
    let name = text.name.get_or_insert_with(|| format!("c{number}")).clone();
    rules::name(&name, format!("clients[{number}].name"))?;
    if text.timeout == Some(Span::ZERO) {
        let rule = "a timer of no length would go off for ever; null: it never asks again";
        return Err(problem(format!("clients[{number}].timeout"), &text.timeout, rule));
    }
    let at = format!("clients[{number}].workload");
    let kind = kind(&mut text.workload, &at)?;
    let workload = match kind {
        WorkloadKind::Trace => Workload::Trace(trace(&mut text.workload, &at)?),
        WorkloadKind::Synthetic => {
            Workload::Synthetic(synthetic::resolve(&mut text.workload, size, &at)?)
        }
        WorkloadKind::Operations => {
            Workload::Operations(operations::resolve(&mut text.workload, &at)?)
        }
    };
    let (numerator, denominator) = COMPRESSED_TO;
    let usual = Ratio::new(numerator, denominator).unwrap_or(Ratio::ONE);
    let compressed_to = text.workload.compressed_to.unwrap_or(usual);
    Ok(Client { name, timeout: text.timeout, compressed_to, workload })
}

fn kind(text: &mut WorkloadText, at: &str) -> Result<WorkloadKind, Problem> {
    let told = match (&text.trace, &text.operations) {
        (Some(_), _) => WorkloadKind::Trace,
        (None, Some(_)) => WorkloadKind::Operations,
        (None, None) => WorkloadKind::Synthetic,
    };
    let kind = *text.kind.get_or_insert(told);
    if let Some((key, kinds)) = text.foreign_key(kind) {
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
        let own = kind.word();
        let rule = format!("belongs to kind {}; this workload is {own}", kinds.join(", "));
        let value = serde_json::to_value(&*text).expect("a workload is plain JSON");
        return Err(problem(format!("{at}.{key}"), &value[key], rule));
    }
    Ok(kind)
}

fn trace(text: &mut WorkloadText, at: &str) -> Result<TraceReplay, Problem> {
    let trace = text.trace.clone().unwrap_or_default();
    if trace.is_empty() {
        return Err(problem(format!("{at}.trace"), &text.trace, "names a trace file"));
    }
    Ok(TraceReplay {
        trace,
        from: text.from,
        replay: *text.replay.get_or_insert_default(),
        offset_shift: *text.offset_shift.get_or_insert(Bytes::ZERO),
        volume: *text.volume.get_or_insert(0),
    })
}

/// Blocks that one operation touches at most: each has a place in memory while it is under way.
const MOST_BLOCKS: u64 = 1 << 20;

/// Whether every operation that is known by now gets through.
pub(super) fn fits(scenario: &Scenario) -> Result<(), Problem> {
    one_form_each(scenario)?;
    for (number, client) in scenario.clients.iter().enumerate() {
        let at = format!("clients[{number}].workload");
        match &client.workload {
            Workload::Trace(_) => {}
            Workload::Synthetic(synthetic) => drawn(scenario, synthetic, &at)?,
            Workload::Operations(list) => {
                for (place, planned) in list.iter().enumerate() {
                    listed(scenario, planned.operation, &format!("{at}.operations[{place}]"))?;
                }
            }
        }
    }
    Ok(())
}

/// Whether clients that replay the same file take it for the same: it is read once.
fn one_form_each(scenario: &Scenario) -> Result<(), Problem> {
    let mut seen: Vec<&TraceReplay> = Vec::new();
    for (number, client) in scenario.clients.iter().enumerate() {
        let Workload::Trace(replay) = &client.workload else { continue };
        if seen.iter().any(|other| other.trace == replay.trace && other.from != replay.from) {
            let rule = "another client replays the same file and takes it for another form";
            return Err(problem(format!("clients[{number}].workload.from"), &replay.from, rule));
        }
        seen.push(replay);
    }
    Ok(())
}

/// Whether an operation of every size that is drawn gets through.
fn drawn(scenario: &Scenario, synthetic: &Synthetic, at: &str) -> Result<(), Problem> {
    for (place, share) in synthetic.sizes.iter().enumerate().filter(|(_, share)| share.weight > 0) {
        let key = format!("{at}.sizes[{place}].size");
        if synthetic.reads == Ratio::ONE {
            few_blocks(scenario, share.size, &key)?;
        } else {
            in_half(scenario, share.size, key)?;
            scenario.room_for(share.size)?;
            entries_fit(scenario, share.size)?;
        }
    }
    Ok(())
}

/// A single write may be too long for a half: it is refused when it is made (Spec 2.1).
fn listed(scenario: &Scenario, operation: Operation, at: &str) -> Result<(), Problem> {
    match operation {
        Operation::Write(range) => scenario.room_for(Bytes::new(range.length)),
        Operation::Read(range) => {
            few_blocks(scenario, Bytes::new(range.length), &format!("{at}.read.length"))
        }
        Operation::Flush(_) => Ok(()),
    }
}

/// A read is refused where it touches more blocks than there are buffers.
fn few_blocks(scenario: &Scenario, length: Bytes, key: &str) -> Result<(), Problem> {
    let Parameters { buffers, block_size, .. } = scenario.parameters;
    let blocks = blocks_of(length, block_size);
    if blocks > MOST_BLOCKS {
        return Err(problem(key, &length, too_many_blocks(scenario)));
    }
    if blocks > buffers {
        let rule =
            format!("it may touch {blocks} blocks at once, and `source.buffers` is {buffers}");
        return Err(problem(key, &length, rule));
    }
    Ok(())
}

fn too_many_blocks(scenario: &Scenario) -> String {
    let size = scenario.parameters.block_size.bytes();
    format!("an operation touches at most {MOST_BLOCKS} blocks of {size}")
}

fn in_half(scenario: &Scenario, length: Bytes, key: String) -> Result<(), Problem> {
    let half = scenario.parameters.nvram_half;
    if entry_in_nvram(length.get()) > half.get() {
        let rule = format!("with its header it must fit an NVRAM half of {half}");
        return Err(problem(key, &length, rule));
    }
    Ok(())
}

/// Whether a half that is full at so many entries holds as many of this length.
fn entries_fit(scenario: &Scenario, length: Bytes) -> Result<(), Problem> {
    let Parameters { entries, nvram_half: half, .. } = scenario.parameters;
    let entry = entry_in_nvram(length.get());
    match entries {
        Some(count) if count.saturating_mul(entry) > half.get() => {
            let rule = format!("so many writes of {length} do not fit a half of {half}");
            Err(problem("source.consistency_point.entries", &count, rule))
        }
        Some(_) | None => Ok(()),
    }
}

impl Scenario {
    /// Whether a write of `length` ever gets through: the bounds must have room for it alone, since
    /// a consistency point frees no more than everything. What no NVRAM half holds is refused by
    /// the source and needs no room (Spec 2.1).
    ///
    /// # Errors
    /// The bound that has too little room.
    pub fn room_for(&self, length: Bytes) -> Result<(), Problem> {
        let parameters = &self.parameters;
        let (half, size) = (parameters.nvram_half, parameters.block_size);
        if entry_in_nvram(length.get()) > half.get() {
            return Ok(());
        }
        let blocks = blocks_of(length, size);
        if blocks > MOST_BLOCKS {
            let rule = format!("it holds a write of {length}, and {}", too_many_blocks(self));
            return Err(problem("source.nvram_half", &half, rule));
        }
        if blocks > parameters.buffers {
            let rule = format!("a write of {length} may touch {blocks} blocks at once");
            return Err(problem("source.buffers", &parameters.buffers, rule));
        }
        let parts = transfers_of(length, parameters.transfer_bytes, size);
        if parts > parameters.transfer_ids {
            let rule = format!("a write of {length} may take {parts} transfers at once");
            return Err(problem("transfer.ids", &parameters.transfer_ids, rule));
        }
        Ok(())
    }
}
