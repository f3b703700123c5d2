//! Figures of reports. Text and pixels come out; nothing is read or written here.
//!
//! A figure is laid out once, in pixels, as a list of marks, and then painted, as SVG or as
//! PNG at twice the size. Text is measured with a font that comes with the program, so equal reports
//! give equal bytes on every machine. An SVG names only the family `sans-serif`: whoever looks at it
//! sees the font of the house, and the layout leaves room for it.

mod bytes;
mod font;
mod paint;
mod style;

use crate::report::Report;

/// As many reports as one figure takes; more would be a poster that nobody reads.
pub const MOST_REPORTS: usize = 60;

/// What crossed the WAN, both directions together, for every byte that clients wrote: a bar of
/// categories for each report, and after it, hatched, what references saved. Both together are
/// what full blocks would have cost (Spec 9.3).
///
/// The figure is an SVG, 800 pixels wide, with a title and a description for those who do not see
/// it; its metadata name the version, the scenarios by hash, the seeds and the digests.
#[must_use]
pub fn wan_bytes(reports: &[Report]) -> String {
    paint::svg(&bytes::figure(reports))
}

/// The figure of [`wan_bytes`] as a PNG, 1600 pixels wide.
#[must_use]
pub fn wan_bytes_png(reports: &[Report]) -> Vec<u8> {
    paint::png(&bytes::figure(reports))
}

#[cfg(test)]
mod tests;
