//! A run as one HTML file that needs nothing else: verdict and how to get it again, key figures, a
//! timeline of who did what when, curves, and the resolved scenario.
//!
//! A page loads nothing and asks nobody. Its content-security policy names the hashes of the one
//! script and the one style that it holds, so that no name in a scenario can become a program.
//! Nothing in it depends on the machine or the day: the same run gives the same bytes.
//!
//! A page has at most [`LONGEST`] bytes, whatever the run. Tables and texts have their shares; what
//! is left goes to the timeline, and what that has to leave out is said on the page.
//!
//! With scripts off, tables stand in for timeline and curves; with scripts on they are folded away.

pub(crate) mod assets;
mod bytes;
mod charts;
mod columns;
pub(crate) mod document;
mod figures;
mod hash;
pub(crate) mod html;
mod resolved;
mod shell;
mod timeline;
mod verdict;

use crate::metrics::Curve;
use crate::report::Report;
use crate::timeline::Timeline;
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// Bytes of a page, at most.
pub const LONGEST: usize = 250_000;

/// Intervals of a run that curves are drawn through, at most.
pub const FINE: u64 = 240;

/// Intervals of a run that are rows of a table, at most.
pub const COARSE: u64 = 56;

/// Requests, messages and works that a page has room for, about.
pub const SPANS: usize = 2_000;

/// Requests, messages and works that the timeline of a page should keep, at most: those of one
/// moment take little room.
pub const KEPT: usize = 5_000;

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What the run showed.
    pub report: &'a Report,
    /// The resolved scenario as people write it.
    pub scenario: &'a str,
    /// The line that makes the page again; it must not depend on the machine or the day.
    pub line: &'a str,
    /// The line that makes a page of another stretch of the run, with `FROM..TO` for it.
    pub another: &'a str,
    /// The version of mirrorsim.
    pub version: &'a str,
    /// Curves of the run as [`crate::metrics::Curves`] draws them, of [`interval`]s for [`FINE`].
    pub curves: &'a BTreeMap<String, Curve>,
    /// The series of the run with [`interval`]s for [`COARSE`].
    pub series: &'a Curve,
    /// How the latency of writes is distributed, as [`crate::metrics::write_latency`] tells.
    pub latency: &'a Curve,
    /// Who did what when.
    pub timeline: &'a Timeline,
}

/// The page as HTML.
#[must_use]
pub fn render(page: &Page) -> String {
    shell::render(page)
}

/// How long intervals of a run are, so that there are at most `most`: a round number.
#[must_use]
pub fn interval(simulated: SimTime, most: u64) -> Span {
    let least = simulated.as_nanos().div_ceil(most.max(1)).max(1);
    let powers = (0..20).map(|power| 10_u64.saturating_pow(power));
    let mut steps = powers.flat_map(|power| [1, 2, 5].map(|step| power.saturating_mul(step)));
    Span::from_nanos(steps.find(|step| *step >= least).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
