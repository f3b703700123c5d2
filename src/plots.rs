//! Figures of reports. Text and pixels come out; nothing is read or written here.
//!
//! A figure is laid out once, in pixels, as a list of marks, and then painted, as SVG or as
//! PNG at twice the size. Text is measured with a font that comes with the program, so equal reports
//! give equal bytes on every machine. An SVG names only the family `sans-serif`: whoever looks at it
//! sees the font of the house, and the layout leaves room for it.

mod bytes;
mod caption;
mod cdf;
mod choice;
mod curve;
mod data;
mod font;
mod frame;
mod heat;
mod html;
mod interval;
mod kind;
mod layer;
mod legend;
mod lines;
mod look;
mod names;
mod page;
mod paint;
mod quantity;
mod request;
mod scale;
mod set;
mod stack;
mod style;
mod time;
mod unit;
mod value;

pub use kind::Kind;
pub use request::{Refusal, Request, Rows, Way};

use crate::report::Report;
use data::{Datum, Heads};
use set::Set;
use style::Figure;

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
    bytes::draw(reports).svg()
}

/// The figure of [`wan_bytes`] as a PNG, 1600 pixels wide.
#[must_use]
pub fn wan_bytes_png(reports: &[Report]) -> Vec<u8> {
    bytes::draw(reports).png()
}

/// A figure, laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    figure: Figure,
    data: Vec<Datum>,
    heads: Heads,
}

impl Drawn {
    /// As SVG, 800 pixels wide.
    #[must_use]
    pub fn svg(&self) -> String {
        paint::svg(&self.figure)
    }

    /// As PNG, 1600 pixels wide.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        paint::png(&self.figure)
    }

    /// As an HTML page that needs nothing else: the figure, whose marks tell their numbers, and the
    /// numbers as a table; `line` makes it again.
    #[must_use]
    pub fn html(&self, line: &str) -> String {
        html::page(self, line)
    }

    /// The numbers as they are drawn, as CSV with the columns `x,y,low,high,n,series`: places,
    /// values, the ends of intervals, how many seeds, and which line. Units are the base ones.
    #[must_use]
    pub fn csv(&self) -> String {
        data::csv(&self.data)
    }
}

/// The figure of [`wan_bytes`] as an HTML page, as [`Drawn::html`] makes them.
#[must_use]
pub fn wan_bytes_html(reports: &[Report], line: &str) -> String {
    bytes::draw(reports).html(line)
}

/// The figure of rows that is asked for.
///
/// # Errors
/// What makes no sense with these rows, and that there is nothing to draw.
pub fn rows(rows: &Rows, request: &Request) -> Result<Drawn, Refusal> {
    let set = Set::new(rows, request)?;
    let [y, x, by] = [&request.y, &request.x, &request.by].map(|words| set.split(words));
    let request = &Request { y, x, by, ..request.clone() };
    let kind = match request.kind {
        Some(kind) => kind,
        None => choice::kind(&set, request)?,
    };
    match kind {
        Kind::WanBytes => stack::draw(&set, request),
        Kind::Saved
        | Kind::Lines
        | Kind::Latency
        | Kind::Load
        | Kind::Throughput
        | Kind::CpDuration
        | Kind::BackToBack
        | Kind::ResyncTime
        | Kind::RpoBandwidth => lines::draw(&set, request, kind),
        Kind::Heat => heat::draw(&set, request),
        Kind::Cdf => cdf::draw(&set, request),
        Kind::Time | Kind::LatencyOverTime | Kind::Occupancy | Kind::Rpo | Kind::Foreground => {
            time::draw(&set, request, kind)
        }
    }
}

#[cfg(test)]
mod tests;
