//! Curves of a run, for figures: how latencies are distributed, figures over simulated time, and when
//! what happened.

use super::series::{Intervals, Row, SERIES_COLUMNS};
use super::{Figures, Latency};
use crate::facts::{Fact, Role, Sink, What};
use crate::protocol::{CpId, FaultId, MirrorState, Note, Part};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// Columns of equal length by their name, null where there is nothing. Times are nanoseconds.
pub type Curve = BTreeMap<String, Vec<Option<f64>>>;

/// Draws the curves of a run over simulated time as its facts come.
#[derive(Debug)]
pub struct Curves {
    intervals: Intervals,
    rows: Vec<Row>,
    points: Spells<CpId>,
    faults: Spells<FaultId>,
    out_of_sync: Spells<()>,
    source: Role,
}

/// Stretches of time, in the order of their beginnings.
#[derive(Debug)]
struct Spells<Name> {
    all: Vec<(SimTime, Option<SimTime>)>,
    open: BTreeMap<Name, usize>,
}

impl<Name: Ord> Spells<Name> {
    const fn new() -> Self {
        Self { all: Vec::new(), open: BTreeMap::new() }
    }

    fn begin(&mut self, name: Name, at: SimTime) {
        self.open.entry(name).or_insert_with(|| {
            self.all.push((at, None));
            self.all.len() - 1
        });
    }

    fn end(&mut self, name: &Name, at: SimTime) {
        if let Some(place) = self.open.remove(name) {
            self.all[place].1 = Some(at);
        }
    }

    fn curve(&self) -> Curve {
        let begins = self.all.iter().map(|(begin, _)| Some(nanos(*begin)));
        let ends = self.all.iter().map(|(_, end)| end.map(nanos));
        let columns = [("begin_ns", begins.collect()), ("end_ns", ends.collect())];
        columns.map(|(name, column)| (name.to_owned(), column)).into()
    }
}

impl Curves {
    /// For a run of this scenario; intervals of the series are `every` long.
    ///
    /// # Panics
    /// If `every` is zero.
    #[must_use]
    pub fn new(scenario: &Scenario, every: Span) -> Self {
        Self {
            intervals: Intervals::new(scenario, every),
            rows: Vec::new(),
            points: Spells::new(),
            faults: Spells::new(),
            out_of_sync: Spells::new(),
            source: Role::Source,
        }
    }

    /// The curves `series` (columns [`SERIES_COLUMNS`]), `consistency_points`, `faults` and
    /// `out_of_sync` (columns `begin_ns` and `end_ns`; no end: it happened in a moment, or lasted
    /// until the end of the run).
    #[must_use]
    pub fn finish(self) -> BTreeMap<String, Curve> {
        let Self { intervals, mut rows, points, faults, out_of_sync, .. } = self;
        rows.extend(intervals.finish());
        let column = |place: usize| {
            #[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
            rows.iter().map(|row| row[place].map(|number| number as f64)).collect()
        };
        let columns = SERIES_COLUMNS.split(',').enumerate();
        let series = columns.map(|(place, name)| (name.to_owned(), column(place))).collect();
        [
            ("series", series),
            ("consistency_points", points.curve()),
            ("faults", faults.curve()),
            ("out_of_sync", out_of_sync.curve()),
        ]
        .map(|(name, curve)| (name.to_owned(), curve))
        .into()
    }
}

impl Sink for Curves {
    fn take(&mut self, fact: &Fact) {
        let rows = &mut self.rows;
        self.intervals.take(fact, |row| rows.push(row));
        if let What::Noted(_, Note::CpStarted(cp, _)) = &fact.what {
            self.points.begin(*cp, fact.at);
        } else if let What::Noted(_, Note::CpEnded(cp)) = &fact.what {
            self.points.end(cp, fact.at);
        } else if let What::FaultBegan(fault) = &fact.what {
            self.faults.begin(*fault, fact.at);
        } else if let What::FaultEnded(fault) = &fact.what {
            self.faults.end(fault, fact.at);
        } else if let What::ChangedPart(role, Part::Promoted) = &fact.what {
            self.source = *role;
        } else if let What::Noted(role, Note::Mirror(state)) = &fact.what
            && *role == self.source
        {
            match state {
                MirrorState::InSync => self.out_of_sync.end(&(), fact.at),
                MirrorState::OutOfSync | MirrorState::Resync | MirrorState::CpForwarding => {
                    self.out_of_sync.begin((), fact.at);
                }
            }
        }
    }
}

/// The distribution of the latency of writes as a curve: column `share` of the writes took at most
/// `ns`. One point for each bucket of the histogram that holds any, so within a thousandth.
#[must_use]
pub fn write_latency(figures: &Figures) -> Curve {
    let Latency { histogram, max_ns, .. } = &figures.write_latency;
    let (mut below, mut ns, mut share) = (0, Vec::new(), Vec::new());
    for bucket in histogram.iter_recorded() {
        below += bucket.count_since_last_iteration();
        #[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
        {
            ns.push(Some(bucket.value_iterated_to().min(*max_ns) as f64));
            share.push(Some(below as f64 / histogram.len() as f64));
        }
    }
    [("ns".to_owned(), ns), ("share".to_owned(), share)].into()
}

fn nanos(at: SimTime) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
    let nanos = at.as_nanos() as f64;
    nanos
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch;
    use crate::workload::Traces;

    #[test]
    fn curves_tell_what_the_figures_tell() {
        let text = r#"{ "clients": [ { "workload": { "count": 200 } } ],
            "faults": [ { "kind": "partition", "at": "200ms", "for": "20s" },
                        { "kind": "crash", "node": "destination", "at": "30s" } ],
            "source": { "consistency_point": { "every": "100ms" } } }"#;
        let scenario = Scenario::parse(text, &[]).expect("it makes sense");
        let mut curves = Curves::new(&scenario, Span::from_millis(10));
        let traces = Traces::default();
        let outcome = batch::run(&scenario, 1, &traces, Some(&mut curves), &mut |_, _| {});
        let outcome = outcome.expect("it runs");
        let curves = curves.finish();
        let sum = |curve: &str, column: &str| curves[curve][column].iter().flatten().sum::<f64>();
        assert!((sum("series", "writes_acknowledged") - 200.0).abs() < 0.1);
        let wire: u64 =
            outcome.figures.wan.iter().map(crate::protocol::wire::Breakdown::total).sum();
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let wire = wire as f64;
        let both = sum("series", "bytes_to_destination") + sum("series", "bytes_to_source");
        assert!((both - wire).abs() < 0.1, "{both} and {wire}");
        assert_eq!(curves["faults"]["begin_ns"][0], Some(200_000_000.0));
        assert!(curves["faults"]["end_ns"][0] > Some(10_000_000_000.0));
        assert!(!curves["out_of_sync"]["begin_ns"].is_empty());
        assert!(curves["consistency_points"]["end_ns"].iter().flatten().count() > 0);
        let distribution = write_latency(&outcome.figures);
        assert_eq!(distribution["share"].last(), Some(&Some(1.0)));
        let lengths: Vec<_> = curves["series"].values().map(Vec::len).collect();
        assert!(lengths.iter().all(|length| *length == lengths[0]));
    }
}
