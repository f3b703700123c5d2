//! What happened over simulated time: columns of the series in panels, and above them when
//! consistency points ran, the mirror was out of sync, and faults lasted. A line is one run.

mod column;
mod lanes;
mod layout;

use super::Drawn;
use super::caption::{Said, caption};
use super::curve::kept;
use super::data::{Datum, Heads, Units};
use super::kind::Kind;
use super::names::advice;
use super::request::{Refusal, Request, misuse, nothing};
use super::set::{Row, Set};
use super::unit::Unit;
use crate::results::trial::Trial;
use column::Column;
use lanes::{Lane, Spell};
use layout::Places;
use std::collections::BTreeSet;

/// The curve of the columns.
const SERIES: &str = "series";
/// Runs that go into one figure, and panels.
const MOST_RUNS: usize = 6;
const MOST_PANELS: usize = 8;

/// One run.
struct Run<'a> {
    /// What tells it from the others; empty if it is alone.
    name: String,
    trial: &'a Trial,
}

/// Columns of one subject, drawn together.
struct Panel {
    columns: Vec<Column>,
}

/// The figure.
pub(super) fn draw(set: &Set, request: &Request, kind: Kind) -> Result<Drawn, Refusal> {
    if !request.x.is_empty() {
        return misuse("this kind has time to the right: there is no --x");
    }
    kept(set, SERIES, SERIES)?;
    let (runs, shown) = runs(set, request)?;
    let panels = panels(&runs, request, kind)?;
    let lines = panels
        .iter()
        .flat_map(|panel| &panel.columns)
        .flat_map(|column| runs.iter().map(move |run| (column, run, column.line(run.trial))));
    let lines: Vec<_> = lines.collect();
    if lines.iter().all(|(_, _, line)| line.iter().all(|(_, value)| value.is_none())) {
        return nothing("the columns hold no number: nothing to draw");
    }
    let lanes = lanes::of(&runs);
    let caption = caption(set, request, said(kind, &runs, &panels, (shown, &lanes)));
    let (figure, places) = layout::lay_out(&runs, &panels, (&lanes, request), caption);
    let y = match panels.as_slice() {
        [panel] => panel.columns[0].subject.clone(),
        _ => "value".to_owned(),
    };
    let heads = Heads { series: "line".to_owned(), x: "simulated time".to_owned(), y };
    Ok(Drawn { figure, data: data(&runs, &panels, &lanes, places), heads })
}

/// The runs that are drawn, all of one seed, and the axes that tell them apart.
fn runs<'a>(set: &Set<'a>, request: &Request) -> Result<(Vec<Run<'a>>, Vec<usize>), Refusal> {
    let by = set.lines_by(request, None)?;
    let with_series = |row: &&Row| row.trial.curves.contains_key(SERIES);
    let seeds: BTreeSet<_> =
        set.rows.iter().filter(with_series).map(|row| row.trial.seed).collect();
    let seed = match request.seed {
        Some(seed) if seeds.contains(&seed) => seed,
        Some(seed) => {
            return misuse(format!(
                "no run that is drawn has seed {seed}\n  = help: seeds: {}",
                super::caption::runs(&seeds)
            ));
        }
        None => *seeds.first().expect("a row has the series"),
    };
    let mut runs = Vec::new();
    for (values, rows) in set.grouped(&by) {
        let own = rows.iter().filter(|row| with_series(row)).find(|row| row.trial.seed == seed);
        runs.extend(own.map(|row| Run { name: set.words(&by, &values), trial: row.trial }));
    }
    if runs.len() > MOST_RUNS {
        return misuse(format!(
            "that would be {} runs; a figure over time takes {MOST_RUNS}\n  = help: --where \
             AXIS=VALUE leaves out",
            runs.len()
        ));
    }
    Ok((runs, by))
}

/// The columns that are asked for, those of one subject together.
fn panels(runs: &[Run], request: &Request, kind: Kind) -> Result<Vec<Panel>, Refusal> {
    let preset = kind.columns().expect("this kind draws time");
    let asked: Vec<_> = match request.y.as_slice() {
        [] => preset.to_vec(),
        asked => asked.iter().map(String::as_str).collect(),
    };
    let series = |run: &Run| run.trial.curves[SERIES].keys().cloned().collect::<Vec<_>>();
    let known: BTreeSet<_> = runs.iter().flat_map(series).collect();
    let known: Vec<_> =
        known.iter().map(String::as_str).filter(|name| *name != "time_ns").collect();
    if asked.is_empty() {
        return misuse(format!("which columns? --y, of {}", known.join(", ")));
    }
    let mut panels: Vec<Panel> = Vec::new();
    for name in asked {
        if !known.contains(&name) {
            let advice = advice(name, &known, "columns");
            return misuse(format!("the series has no column {name:?}\n  = help: {advice}"));
        }
        let column = Column::of(name);
        match panels.iter_mut().find(|panel| panel.columns[0].subject == column.subject) {
            Some(panel) => panel.columns.push(column),
            None => panels.push(Panel { columns: vec![column] }),
        }
    }
    if panels.len() > MOST_PANELS {
        return misuse(format!(
            "that would be {} panels; a figure takes {MOST_PANELS}",
            panels.len()
        ));
    }
    Ok(panels)
}

fn said(kind: Kind, runs: &[Run], panels: &[Panel], (shown, lanes): (Vec<usize>, &[Lane])) -> Said {
    let subjects: Vec<_> = panels.iter().map(|panel| panel.columns[0].subject.as_str()).collect();
    let title = match subjects.as_slice() {
        [one] => format!("{one} over time"),
        [first, second] => format!("{first} and {second} over time"),
        _ => match kind {
            Kind::Occupancy => "what is in use over time".to_owned(),
            _ => "a run over time".to_owned(),
        },
    };
    let each = if runs.len() > 1 { "one run each" } else { "one run" };
    let described = |run: &Run| {
        let spells = lanes.iter().map(|lane| {
            let of = |spell: &&Spell| spell.run.is_none_or(|place| runs[place].name == run.name);
            format!("{}: {}", lane.title, lane.spells.iter().filter(of).count())
        });
        format!(
            "{}: {}.",
            if run.name.is_empty() { "the run" } else { &run.name },
            spells.collect::<Vec<_>>().join(", ")
        )
    };
    Said {
        kind,
        title,
        numbers: format!("{each} with seed {}", runs[0].trial.seed),
        further: Vec::new(),
        missing: (0, 0),
        shown,
        lines: runs.iter().map(described).collect(),
    }
}

/// Every column with its panel and its number there.
fn numbered(panels: &[Panel]) -> impl Iterator<Item = (&Panel, usize, &Column)> {
    panels.iter().flat_map(|panel| {
        panel.columns.iter().enumerate().map(move |(part, column)| (panel, part, column))
    })
}

/// Every point of every line; stretches of time as the ends of an interval around their beginning.
fn data(runs: &[Run], panels: &[Panel], lanes: &[Lane], places: Places) -> Vec<Datum> {
    let (mut data, mut points) = (Vec::new(), places.points.into_iter());
    let time = Some(Unit::Time);
    let named = |run: &Run, what: &str| match run.name.as_str() {
        "" => what.to_owned(),
        name => format!("{name}, {what}"),
    };
    for (panel, part, column) in numbered(panels) {
        for (place, run) in runs.iter().enumerate() {
            let series = named(run, &column.title());
            let of = layout::of(runs, Some(place), Some((panel, part)));
            let datum = |(at, y): (f64, Option<f64>)| Datum {
                series: series.clone(),
                x: at.to_string(),
                y,
                ends: None,
                n: 1,
                units: Units { x: time, y: Some(column.unit), ends: None },
                spot: points.next().flatten(),
                of: of.clone(),
            };
            data.extend(column.line(run.trial).into_iter().map(datum));
        }
    }
    let mut spells = places.spells.into_iter();
    for lane in lanes {
        for Spell { run, begin, end } in &lane.spells {
            let series =
                run.map_or_else(|| lane.title.to_owned(), |run| named(&runs[run], lane.title));
            let ends = end.map(|end| [*begin, end]);
            let units = Units { x: time, y: None, ends: time };
            let (x, of) = (begin.to_string(), layout::of(runs, *run, None));
            data.push(Datum { series, x, y: None, ends, n: 1, units, spot: spells.next(), of });
        }
    }
    data
}
