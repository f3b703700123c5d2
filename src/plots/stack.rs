//! Stacked bars: bytes on the WAN per byte written, by category, a bar for each policy at each point.

mod layout;

use super::Drawn;
use super::bytes::Part;
use super::caption::{Said, caption, means};
use super::data::{Datum, Heads, Units};
use super::interval::Estimate;
use super::kind::Kind;
use super::layer::Spot;
use super::request::{Refusal, Request, misuse, nothing};
use super::set::{POLICY, Row, Set};
use super::unit::Unit;
use crate::protocol::wire::Category;
use crate::results::trial::Trial;

/// Bars of one figure at most.
const MOST_BARS: usize = 48;
/// The policy below which none can be: each byte written crosses once.
const FLOOR: &str = "write-once";

/// Bars of one point.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    /// Where the point lies; empty if there is but one.
    title: String,
    bars: Vec<Bar>,
}

impl Group {
    /// What `write-once` comes to, where it was run.
    fn floor(&self) -> Option<f64> {
        let bar = self.bars.iter().find(|bar| bar.policy == FLOOR)?;
        bar.total.map(|total| total.mean)
    }
}

/// What is drawn of one policy at one point.
#[derive(Debug, Clone, PartialEq)]
struct Bar {
    policy: String,
    /// Bytes per byte written of each part, means across seeds, in the order of [`Part::ALL`].
    parts: [f64; Part::ALL.len()],
    /// All of them together; none where no run has written anything.
    total: Option<Estimate>,
    /// Runs that wrote nothing.
    missing: usize,
}

/// The figure.
pub(super) fn draw(set: &Set, request: &Request) -> Result<Drawn, Refusal> {
    if !request.y.is_empty() || !request.x.is_empty() || !request.by.is_empty() {
        return misuse("wan-bytes has no --x, --y or --by; --where AXIS=VALUE leaves out");
    }
    if !set.keys().contains("wan.to_destination.total") {
        return misuse(
            "no row has a figure \"wan.to_destination.total\": there are no bytes to draw",
        );
    }
    let policy = set.axis(POLICY)?;
    let points: Vec<_> = set.varying().into_iter().filter(|axis| *axis != policy).collect();
    let mut groups: Vec<Group> = Vec::new();
    for (at, rows) in set.grouped(&points) {
        let names = points.iter().zip(&at).map(|(axis, value)| {
            let axis = &set.axes[*axis];
            format!("{} {}", axis.name, axis.values[*value].label)
        });
        let names: Vec<_> = names.collect();
        let mut bars = Vec::new();
        for (place, tick) in set.axes[policy].values.iter().enumerate() {
            let rows: Vec<_> = rows.iter().copied().filter(|row| row.at[policy] == place).collect();
            if !rows.is_empty() {
                bars.push(bar(tick.label.clone(), &rows));
            }
        }
        groups.push(Group { title: names.join(", "), bars });
    }
    refuse(&groups)?;
    let caption = caption(set, request, said(&groups, points, policy));
    let (figure, spots) = layout::lay_out(&groups, caption);
    let words = |text: &str| text.to_owned();
    let heads =
        Heads { series: words("bar"), x: words("category"), y: words("bytes per byte written") };
    Ok(Drawn { figure, data: data(&groups, spots), heads })
}

fn refuse(groups: &[Group]) -> Result<(), Refusal> {
    let bars = || groups.iter().flat_map(|group| &group.bars);
    if bars().all(|bar| bar.total.is_none()) {
        return nothing("no run has written anything: nothing to draw");
    }
    match bars().count() {
        ..=MOST_BARS => Ok(()),
        many => misuse(format!(
            "that would be {many} bars; one figure takes {MOST_BARS}\n  = help: --where AXIS=VALUE \
             leaves out"
        )),
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer seeds than 2^52")]
fn bar(policy: String, rows: &[&Row]) -> Bar {
    let shares: Vec<_> = rows.iter().filter_map(|row| ratios(row.trial)).collect();
    let mut parts = [0.0; Part::ALL.len()];
    for share in &shares {
        for (sum, ratio) in parts.iter_mut().zip(share) {
            *sum += ratio;
        }
    }
    let parts = parts.map(|sum| sum / shares.len().max(1) as f64);
    let totals: Vec<f64> = shares.iter().map(|share| share.iter().sum()).collect();
    Bar { policy, parts, total: Estimate::of(&totals), missing: rows.len() - shares.len() }
}

/// Bytes of each part per byte written; none where nothing was.
fn ratios(trial: &Trial) -> Option<[f64; Part::ALL.len()]> {
    let written = trial.figure("writes.bytes").filter(|written| *written > 0.0)?;
    let mut parts = [0.0; Part::ALL.len()];
    for category in Category::ALL {
        for direction in ["to_destination", "to_source"] {
            let bytes = trial.figure(&format!("wan.{direction}.{}", category.key()));
            parts[Part::of(category) as usize] += bytes.unwrap_or(0.0) / written;
        }
    }
    Some(parts)
}

fn said(groups: &[Group], mut shown: Vec<usize>, policy: usize) -> Said {
    let bars = || groups.iter().flat_map(|group| &group.bars);
    let counts = bars().filter_map(|bar| bar.total.map(|total| total.n));
    let missing = bars().map(|bar| bar.missing).sum();
    let there: usize = counts.clone().sum();
    shown.push(policy);
    let lines = groups.iter().flat_map(|group| {
        group.bars.iter().map(|bar| {
            let total = bar.total.map_or_else(
                || "nothing was written".to_owned(),
                |total| format!("{:.3}", total.mean),
            );
            let at =
                if group.title.is_empty() { String::new() } else { format!("{}: ", group.title) };
            format!("{at}{}: {total}.", bar.policy)
        })
    });
    Said {
        kind: Kind::WanBytes,
        title: "bytes on the WAN per byte written, by category".to_owned(),
        numbers: means(counts),
        further: vec!["both directions".to_owned()],
        missing: (missing, missing + there),
        lines: lines.collect(),
        shown,
    }
}

/// The parts of which any bar has something, in the order of the legend.
fn drawn(groups: &[Group]) -> Vec<Part> {
    let bars = || groups.iter().flat_map(|group| &group.bars);
    let is_drawn = |part: &Part| bars().any(|bar| bar.parts[*part as usize] > 0.0);
    Part::ALL.into_iter().filter(is_drawn).collect()
}

/// A number for each part that is drawn, and the total of each bar; `spots`: where, in this order.
fn data(groups: &[Group], spots: Vec<Spot>) -> Vec<Datum> {
    let units = Units { x: None, y: Some(Unit::Count), ends: Some(Unit::Count) };
    let parts = drawn(groups);
    let (mut data, mut spots) = (Vec::new(), spots.into_iter());
    for group in groups {
        for bar in &group.bars {
            let series = match group.title.as_str() {
                "" => bar.policy.clone(),
                title => format!("{title}, {}", bar.policy),
            };
            let n = bar.total.map_or(0, |total| total.n);
            for (entry, part) in parts.iter().enumerate() {
                let y = Some(bar.parts[*part as usize]).filter(|ratio| *ratio > 0.0);
                if y.is_some() {
                    let (series, x, of) = (series.clone(), part.title().to_owned(), vec![entry]);
                    let spot = spots.next();
                    data.push(Datum { series, x, y, ends: None, n, units, spot, of });
                }
            }
            let ends = bar.total.filter(|total| total.half.is_some()).map(|total| total.ends());
            let y = bar.total.map(|total| total.mean);
            let (x, spot, of) = ("total".to_owned(), spots.next(), Vec::new());
            data.push(Datum { series, x, y, ends, n, units, spot, of });
        }
    }
    data
}
