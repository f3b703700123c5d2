//! A column of the series: what it is, and its line.

use super::super::curve::column;
use super::super::unit::Unit;
use super::SERIES;
use crate::results::trial::Trial;

/// How numbers of rows become a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The state at the end of each interval.
    Level,
    /// What holds throughout each interval.
    Steps,
    /// What happened in each interval, for each second of it; so many things for each that counts.
    Rate(u32),
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    name: String,
    pub subject: String,
    /// Which number of it.
    pub part: Option<&'static str>,
    pub unit: Unit,
    pub shape: Shape,
}

impl Column {
    /// The column of this name.
    pub fn of(name: &str) -> Self {
        let (subject, part, unit, shape) = match name {
            "writes_acknowledged" => ("writes per second", None, Unit::Count, Shape::Rate(1)),
            "bytes_to_destination" => ("rate to the destination", None, Unit::Rate, Shape::Rate(8)),
            "bytes_to_source" => ("rate to the source", None, Unit::Rate, Shape::Rate(8)),
            "write_p50_ns" => ("write latency", Some("median"), Unit::Time, Shape::Steps),
            "write_max_ns" => ("write latency", Some("maximum"), Unit::Time, Shape::Steps),
            "nvram_bytes" => ("NVRAM in use, both halves", None, Unit::Bytes, Shape::Level),
            "nvlog_bytes" => ("NVLog in use at the destination", None, Unit::Bytes, Shape::Level),
            "link_queue_bytes" => {
                ("queue of the link to the destination", None, Unit::Bytes, Shape::Level)
            }
            "buffers" => ("buffers dirty or frozen", None, Unit::Count, Shape::Level),
            "transfer_ids" => ("live transfer IDs", None, Unit::Count, Shape::Level),
            "rpo_ns" => ("RPO", None, Unit::Time, Shape::Level),
            other => (other, None, Unit::of(other), Shape::Level),
        };
        Self { name: name.to_owned(), subject: subject.to_owned(), part, unit, shape }
    }

    /// Its whole name.
    pub fn title(&self) -> String {
        match self.part {
            Some(part) => format!("{}, {part}", self.subject),
            None => self.subject.clone(),
        }
    }

    /// The ends of intervals in nanoseconds, and what holds there.
    pub fn line(&self, trial: &Trial) -> Vec<(f64, Option<f64>)> {
        let Some(series) = trial.curves.get(SERIES) else { return Vec::new() };
        let (times, values) = (column(series, "time_ns"), column(series, &self.name));
        let rows = times.iter().zip(values).filter_map(|(time, value)| Some(((*time)?, *value)));
        match self.shape {
            Shape::Level | Shape::Steps => rows.collect(),
            Shape::Rate(each) => rates(rows.collect(), f64::from(each)),
        }
    }
}

/// Counters as rates. The last interval ends with the run: cut short to less than half, it tells
/// nothing of a rate.
fn rates(rows: Vec<(f64, Option<f64>)>, each: f64) -> Vec<(f64, Option<f64>)> {
    const SECOND: f64 = 1e9;
    let lengths: Vec<_> = rows
        .iter()
        .scan(0.0, |before, (time, _)| {
            let length = time - *before;
            *before = *time;
            Some(length)
        })
        .collect();
    let others = lengths.split_last().map_or(&[][..], |(_, others)| others);
    let shortest =
        others.iter().copied().filter(|length| *length > 0.0).fold(f64::INFINITY, f64::min);
    let whole = |length: f64| length > 0.0 && (shortest.is_infinite() || length * 2.0 >= shortest);
    let rate = |((time, count), length): ((f64, Option<f64>), f64)| {
        let count = count.filter(|_| whole(length));
        (time, count.map(|count| count * each * SECOND / length))
    };
    rows.into_iter().zip(lengths).map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_become_rates_of_their_interval() {
        let rows = vec![
            (1e9, Some(100.0)),
            (2e9, Some(50.0)),
            (3e9, Some(0.0)),
            (9e9, Some(0.0)),
            (9.1e9, Some(7.0)),
        ];
        let expected = [Some(800.0), Some(400.0), Some(0.0), Some(0.0), None];
        let found: Vec<_> = rates(rows, 8.0).into_iter().map(|(_, rate)| rate).collect();
        assert_eq!(found, expected);
        assert_eq!(rates(vec![(5e8, Some(1.0))], 1.0), [(5e8, Some(2.0))], "one interval alone");
    }
}
