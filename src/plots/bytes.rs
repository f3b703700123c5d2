//! Bytes on the WAN for every byte written: what is drawn, as numbers of reports.

mod layout;

use super::Drawn;
use super::data::{Datum, Heads, Units};
use super::layer::Spot;
use super::page::WIDTH;
use super::style::{Colour, Figure, Grain, clean};
use super::unit::Unit;
use crate::protocol::wire::Category;
use crate::report::text::percent;
use crate::report::{Report, VerdictWord};

/// A part of a bar: one category, or several that are small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    WholeBlocks,
    Fragments,
    LogHeaders,
    References,
    FullBlocks,
    Metadata,
    Resync,
    Retransmissions,
    PacketOverhead,
    Control,
}

impl Part {
    /// In the order in which they are stacked: the log, the CP, the rest.
    pub const ALL: [Self; 10] = [
        Self::WholeBlocks,
        Self::Fragments,
        Self::LogHeaders,
        Self::References,
        Self::FullBlocks,
        Self::Metadata,
        Self::Resync,
        Self::Retransmissions,
        Self::PacketOverhead,
        Self::Control,
    ];

    /// Every category belongs to exactly one part.
    pub const fn of(category: Category) -> Self {
        match category {
            Category::LogBlocks => Self::WholeBlocks,
            Category::LogFragments => Self::Fragments,
            Category::LogHeaders => Self::LogHeaders,
            Category::CpReferences => Self::References,
            Category::CpBlocks => Self::FullBlocks,
            Category::CpMetadata => Self::Metadata,
            Category::Resync => Self::Resync,
            Category::Retransmissions => Self::Retransmissions,
            Category::PacketOverhead => Self::PacketOverhead,
            Category::CpControl
            | Category::Acknowledgements
            | Category::Session
            | Category::Heartbeats
            | Category::Naks => Self::Control,
        }
    }

    /// The name in the legend: that of its category, if it is but one.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WholeBlocks => Category::LogBlocks.title(),
            Self::Fragments => Category::LogFragments.title(),
            Self::LogHeaders => Category::LogHeaders.title(),
            Self::References => Category::CpReferences.title(),
            Self::FullBlocks => Category::CpBlocks.title(),
            Self::Metadata => Category::CpMetadata.title(),
            Self::Resync => Category::Resync.title(),
            Self::Retransmissions => Category::Retransmissions.title(),
            Self::PacketOverhead => Category::PacketOverhead.title(),
            Self::Control => "other control",
        }
    }

    pub const fn colour(self) -> Colour {
        match self {
            Self::WholeBlocks => Colour::BLUE,
            Self::Fragments => Colour::SKY,
            Self::LogHeaders => Colour::ORANGE,
            Self::References => Colour::GREEN,
            Self::FullBlocks => Colour::VERMILION,
            Self::Metadata => Colour::PURPLE,
            Self::Resync => Colour::BLACK,
            Self::Retransmissions => Colour::YELLOW,
            Self::PacketOverhead => Colour::GREY,
            Self::Control => Colour::DARK,
        }
    }
}

/// What is drawn of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    name: String,
    /// What references saved, in words.
    saved_words: String,
    /// Bytes of each part, in the order of [`Part::ALL`].
    pub parts: [u128; Part::ALL.len()],
    /// Bytes that references saved; 0 where they cost.
    pub saved: u64,
    /// Bytes that clients wrote.
    pub written: u64,
}

impl Bar {
    pub fn of(report: &Report) -> Self {
        let mut parts = [0; Part::ALL.len()];
        for category in Category::ALL {
            let wan = &report.wan;
            for bytes in [wan.to_destination.get(category), wan.to_source.get(category)] {
                parts[Part::of(category) as usize] += u128::from(bytes);
            }
        }
        let broken = match report.verdict {
            VerdictWord::Pass => "",
            VerdictWord::Violation => " (violation)",
        };
        Self {
            name: clean(report.name()) + broken,
            saved_words: saved_words(report),
            parts,
            saved: u64::try_from(report.saved.bytes).unwrap_or(0),
            written: report.writes.bytes,
        }
    }

    /// Bytes on the WAN.
    fn sent(&self) -> u128 {
        self.parts.iter().sum()
    }

    /// Bytes on the WAN had every block gone in full.
    fn without_references(&self) -> u128 {
        self.sent() + u128::from(self.saved)
    }

    /// `bytes` for every byte written; 0 where none was.
    #[expect(clippy::cast_precision_loss, reason = "a figure has fewer pixels than 2^52")]
    fn ratio(&self, bytes: u128) -> f64 {
        if self.written == 0 { 0.0 } else { bytes as f64 / self.written as f64 }
    }
}

fn saved_words(report: &Report) -> String {
    if report.writes.bytes == 0 {
        return "nothing was written".to_owned();
    }
    let share = report.saved.of_wan.unwrap_or(0.0);
    let word = match report.saved.bytes {
        0 => return "saved nothing of the WAN".to_owned(),
        1.. => "saved",
        ..0 => "cost",
    };
    format!("{word} {} of the WAN", percent(share.abs()))
}

/// The figure.
pub(super) fn draw(reports: &[Report]) -> Drawn {
    let bars: Vec<_> = reports.iter().map(Bar::of).collect();
    let (page, spots) = layout::lay_out(&bars);
    let figure = Figure {
        grain: Grain::Whole,
        width: WIDTH,
        height: page.bottom,
        marks: page.marks,
        layers: page.layers,
        title: TITLE.to_owned(),
        description: description(&bars),
        metadata: metadata(reports),
    };
    let [series, x, y] = ["run", "category", "bytes per byte written"].map(str::to_owned);
    Drawn { figure, data: data(&bars, &spots), heads: Heads { series, x, y } }
}

/// What the legend calls bytes that references saved.
const SAVED: &str = "saved by references";

/// What is drawn of a bar, from its left: an entry of the legend each, and its bytes.
fn pieces(bar: &Bar, drawn: &[Part]) -> Vec<(usize, &'static str, u128)> {
    let of = |(entry, part): (usize, &Part)| (entry, part.title(), bar.parts[*part as usize]);
    let parts = drawn.iter().enumerate().map(of);
    let saved = (drawn.len(), SAVED, u128::from(bar.saved));
    parts.chain([saved]).filter(|(_, _, bytes)| *bytes > 0).collect()
}

/// The parts of which any bar has something, in the order of the legend.
fn drawn(bars: &[Bar]) -> Vec<Part> {
    let is_drawn = |part: &Part| bars.iter().any(|bar| bar.parts[*part as usize] > 0);
    Part::ALL.into_iter().filter(is_drawn).collect()
}

/// Every piece of every bar, which stands at one of `spots`, which are in the same order.
fn data(bars: &[Bar], spots: &[Spot]) -> Vec<Datum> {
    let units = Units { x: None, y: Some(Unit::Count), ends: None };
    let drawn = drawn(bars);
    let pieces =
        bars.iter().flat_map(|bar| pieces(bar, &drawn).into_iter().map(move |piece| (bar, piece)));
    let datum =
        |((bar, (entry, title, bytes)), spot): ((&Bar, (usize, &str, u128)), &Spot)| Datum {
            series: bar.name.clone(),
            x: title.to_owned(),
            y: Some(bar.ratio(bytes)),
            ends: None,
            n: 1,
            units,
            spot: Some(*spot),
            of: vec![entry],
        };
    pieces.zip(spots).map(datum).collect()
}

const TITLE: &str = "What mirroring sends, and what references save";

fn description(bars: &[Bar]) -> String {
    let lines = bars.iter().map(|bar| {
        let Bar { name, saved_words, .. } = bar;
        let [sent, full] =
            [bar.sent(), bar.without_references()].map(|bytes| format!("{:.2}", bar.ratio(bytes)));
        format!(
            "{name}: {sent} bytes on the WAN per byte written, {full} without references; \
             {saved_words}."
        )
    });
    let how = "Horizontal bars of bytes on the WAN, both directions, per byte written by clients, \
               by category; hatched: bytes that references saved.";
    [how.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn metadata(reports: &[Report]) -> String {
    let lines = reports.iter().map(|report| {
        let Report { scenario_hash, seed, digest, format, .. } = report;
        clean(&format!("scenario {scenario_hash} seed {seed} digest {digest} {format}"))
    });
    let drawn = format!("mirrorsim {}", env!("CARGO_PKG_VERSION"));
    [drawn].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
