//! Figures of rows: a key, or the share of one in another, and how people call it.

use super::names::advice;
use super::request::{Refusal, misuse};
use super::set::Set;
use super::unit::Unit;
use crate::results::trial::Trial;

/// Figures that count what happened at all: a key that a row lacks is zero there.
const COUNTED: &str = "synchronization.by_trigger.";

/// What is drawn of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    key: String,
    /// What it is divided by.
    over: Option<String>,
    /// What it is about: `write latency`.
    pub subject: String,
    /// Which number of it: `median`.
    pub part: Option<String>,
    pub unit: Unit,
}

impl Quantity {
    /// Reads `KEY` or `KEY / KEY`, which must be figures of the rows.
    pub fn parse(text: &str, set: &Set) -> Result<Self, Refusal> {
        let (key, over) = match text.split_once(" / ").or_else(|| text.split_once('/')) {
            Some((key, over)) => (key.trim(), Some(over.trim())),
            None => (text.trim(), None),
        };
        let known = set.keys();
        for key in [Some(key), over].into_iter().flatten() {
            let counted =
                key.starts_with(COUNTED) && known.iter().any(|other| other.starts_with(COUNTED));
            if !known.contains(key) && !counted {
                let known: Vec<_> = known.into_iter().collect();
                let advice = advice(key, &known, "figures");
                return misuse(format!("no row has a figure {key:?}\n  = help: {advice}"));
            }
        }
        let (subject, part) = title(key, over);
        let unit = match over {
            None => Unit::of(key),
            Some(over) if Unit::of(over) == Unit::of(key) && is_part(key, over) => Unit::Share,
            Some(_) => Unit::Count,
        };
        Ok(Self { key: key.to_owned(), over: over.map(str::to_owned), subject, part, unit })
    }

    /// What a row has for it.
    pub fn of(&self, trial: &Trial) -> Option<f64> {
        let whole = figure(trial, &self.key)?;
        match &self.over {
            None => Some(whole),
            Some(over) => figure(trial, over).filter(|over| *over != 0.0).map(|over| whole / over),
        }
    }

    /// Its whole name: `write latency, median`.
    pub fn title(&self) -> String {
        match &self.part {
            Some(part) => format!("{}, {part}", self.subject),
            None => self.subject.clone(),
        }
    }

    /// The name that tells it from others of the same subject.
    pub fn short(&self) -> &str {
        self.part.as_deref().unwrap_or(&self.subject)
    }

    /// As it was asked for.
    pub fn words(&self) -> String {
        match &self.over {
            Some(over) => format!("{} / {over}", self.key),
            None => self.key.clone(),
        }
    }
}

fn figure(trial: &Trial, key: &str) -> Option<f64> {
    if key.starts_with(COUNTED) && !trial.figures.contains_key(key) {
        return trial.figure("synchronization.consistency_points").map(|_| 0.0);
    }
    trial.figure(key)
}

/// Whether one figure counts some of what the other counts.
fn is_part(key: &str, over: &str) -> bool {
    let whole = |key: &str| key.rsplit_once('.').map(|(whole, _)| whole.to_owned());
    (key.starts_with(COUNTED) && over == "synchronization.consistency_points")
        || (over.rsplit('.').next() == Some("total") && whole(key) == whole(over))
        || (key, over) == ("writes.acknowledged", "writes.requested")
}

/// What people call a figure, and which number of it.
fn title(key: &str, over: Option<&str>) -> (String, Option<String>) {
    if let Some(over) = over {
        let trigger = key.strip_prefix(COUNTED);
        return match trigger.filter(|_| over == "synchronization.consistency_points") {
            Some("back_to_back") => ("share of CPs that began back to back".to_owned(), None),
            Some(trigger) => (format!("share of CPs begun by {}", spaced(trigger)), None),
            None => (format!("{key} / {over}"), None),
        };
    }
    let known = [
        ("saved.of_wan", "share of WAN bytes saved by references"),
        ("saved.of_synchronization", "share of synchronization bytes saved by references"),
        ("saved.bytes", "bytes saved by references"),
        ("wan.amplification", "bytes on the WAN per byte written"),
        ("wan.to_destination.total", "bytes to the destination"),
        ("wan.to_source.total", "bytes to the source"),
        ("writes.per_second", "writes per second"),
        ("writes.bytes", "bytes written"),
        ("writes.acknowledged", "writes acknowledged"),
        ("synchronization.consistency_points", "consistency points"),
        ("synchronization.stalled_ns", "time in which writes waited for space"),
        ("exposure.out_of_sync_ns", "time out of sync"),
        ("exposure.writes", "writes on one side only"),
        ("exposure.bytes", "bytes on one side only"),
        ("simulated_ns", "simulated time"),
        ("recovery.failures.0.resync_ns", "time until in sync again"),
    ];
    if let Some((_, title)) = known.iter().find(|(known, _)| *known == key) {
        return ((*title).to_owned(), None);
    }
    let (about, last) = key.rsplit_once('.').unwrap_or(("", key));
    let subject = match about {
        "latency.write" => "write latency",
        "latency.read" => "read latency",
        "synchronization.duration" => "duration of CPs",
        "rpo" => "RPO",
        _ => return (key.to_owned(), None),
    };
    let part = match last {
        "mean_ns" => "mean",
        "p50_ns" => "median",
        "p90_ns" => "p90",
        "p99_ns" => "p99",
        "p999_ns" => "p99.9",
        "max_ns" => "maximum",
        other => return (subject.to_owned(), Some(spaced(other))),
    };
    (subject.to_owned(), Some(part.to_owned()))
}

fn spaced(key: &str) -> String {
    key.replace('_', " ")
}

/// `text` with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
