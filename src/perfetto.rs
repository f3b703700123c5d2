//! A timeline as a trace for Perfetto: the Chrome JSON format, which <https://ui.perfetto.dev> opens.
//!
//! Sides and the directions of the link are processes, their devices and queues are threads:
//!
//! | process | threads | also |
//! | --- | --- | --- |
//! | run | faults, operator | spells of faults; what is in use, as counters |
//! | clients | one for each | their requests, as asynchronous slices |
//! | source, destination | node, sends, arrivals, NVRAM, log storage, volume disks | consistency points, times out of sync or down |
//! | WAN, each direction | – | transfers from sending to arrival |
//! | witness | witness | pleas |
//!
//! A message is a slice of its sender, from its sending until its last byte left, with an arrow to a
//! slice of its receiver. Works of a device, and messages that wait to leave, may overlap: those that do
//! lie on further threads, `NVRAM 2`, so that no slice is cut.
//!
//! The importer wants metadata first, then everything in the order of time, in microseconds; each
//! slice longer than nothing: what took no time is shown as one nanosecond. Asynchronous slices are
//! named once at their beginning and once at their end. `tests/perfetto.rs` enforces its rules.
//!
//! Events are put in order by their time alone, and written as they come: the text is never in
//! memory as a whole.

mod events;
mod lanes;
mod moments;
mod order;
mod places;
mod spans;
mod text;

use crate::timeline::Timeline;
use order::Order;
use places::Places;
use std::io::{self, Write};
use text::Writer;

/// Where a timeline comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The scenario's name.
    pub scenario: String,
    /// The hash of the resolved scenario.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Name and version of the generator that the seed went into.
    pub generator: String,
    /// The version of mirrorsim.
    pub version: String,
    /// The digest of all facts.
    pub digest: String,
    /// The line that makes this trace again.
    pub reproduce: String,
}

/// Writes the trace. The same timeline and origin give the same bytes.
///
/// # Errors
/// What `out` says.
pub fn write(timeline: &Timeline, origin: &Origin, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::of(timeline);
    let order = Order::of(timeline, &places);
    let mut writer = Writer::new(out)?;
    places.write(&mut writer)?;
    for entry in order.entries() {
        events::write(timeline, &places, entry, &mut writer)?;
    }
    writer.finish(&text::other_data(timeline, origin))
}
