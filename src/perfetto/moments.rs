//! What has no length: marks, faults, losses, levels.

use super::places::{Group, Places, Process, ends_of, thread_of};
use super::text::{Event, Value, Writer};
use crate::timeline::{Mark, Place, Timeline, words};
use std::io;

/// A message that does not arrive, at its sender.
pub(super) fn lost(
    timeline: &Timeline,
    places: &Places,
    place: usize,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let message = &timeline.messages[place];
    let Some((at, cause)) = message.lost else { return Ok(()) };
    let (sender, _) = ends_of(message.direction);
    let thread = (Process::of(sender), Group::Sends, places.sends[place]);
    let name = format!("lost: {}", words::loss(cause));
    let number = [("message", Value::Number(message.number))];
    writer.event(&Event::moment(&name, "lost", thread, at.as_nanos(), "t"), &number)
}

/// The beginning or the end of a fault, over the whole trace.
pub(super) fn fault(
    timeline: &Timeline,
    place: usize,
    what: &str,
    at: u64,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let spell = &timeline.spells[place];
    let name = format!("{} {what}", words::spell(timeline, spell.kind));
    let felt = spell.felt.map_or(Value::None, |felt| Value::Number(felt.as_nanos()));
    let thread = (Process::Run, Group::Own, 0);
    writer.event(&Event::moment(&name, "fault", thread, at, "g"), &[("felt_ns", felt)])
}

/// A mark: a landmark over its process, another on its thread.
pub(super) fn mark(mark: &Mark, writer: &mut Writer<'_>) -> io::Result<()> {
    let scope = if mark.kind.is_landmark() { "p" } else { "t" };
    let name = words::mark(&mark.kind);
    let name = if mark.place == Place::Link { format!("link: {name}") } else { name };
    let count = if mark.count > 1 { Value::Number(mark.count) } else { Value::None };
    let event = Event::moment(&name, "mark", thread_of(mark.place), mark.at.as_nanos(), scope);
    writer.event(&event, &[("count", count)])
}

/// Levels that changed.
pub(super) fn level(timeline: &Timeline, place: usize, writer: &mut Writer<'_>) -> io::Result<()> {
    let level = timeline.levels[place];
    let before = place.checked_sub(1).map(|before| timeline.levels[before]);
    let counters = [
        ("NVRAM", "bytes", level.nvram_bytes, before.map(|level| level.nvram_bytes)),
        ("buffers", "blocks", level.buffers, before.map(|level| level.buffers)),
        ("transfer IDs", "live", level.transfer_ids, before.map(|level| level.transfer_ids)),
        ("link queue", "bytes", level.link_queue_bytes, before.map(|level| level.link_queue_bytes)),
        ("NVLog", "bytes", level.nvlog_bytes, before.map(|level| level.nvlog_bytes)),
    ];
    for (name, unit, now, before) in counters {
        if before != Some(now) {
            let event = Event::counter(name, Process::Run, level.at.as_nanos());
            writer.event(&event, &[(unit, Value::Number(now))])?;
        }
    }
    Ok(())
}
