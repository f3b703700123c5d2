//! Lines: a figure over an axis, with an interval across seeds at each point.

mod layout;
mod plan;

use super::Drawn;
use super::caption::{Said, caption, means};
use super::data::{Datum, Heads, Units};
use super::interval::Estimate;
use super::kind::Kind;
use super::layer::Spot;
use super::look::{Look, MOST_LINES};
use super::quantity::Quantity;
use super::request::{Refusal, Request, misuse, nothing};
use super::set::{Row, Set};
use plan::{Orientation, Plan};

/// A line: points in the order of the axis.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    name: String,
    look: Look,
    points: Vec<Point>,
}

/// A point of a line.
#[derive(Debug, Clone, PartialEq)]
struct Point {
    /// Which value of the axis, where that stands, and how it is called.
    place: usize,
    at: f64,
    label: String,
    /// None where no run has a value.
    value: Option<Estimate>,
    /// Runs that have none.
    missing: usize,
}

/// The figure.
pub(super) fn draw(set: &Set, request: &Request, kind: Kind) -> Result<Drawn, Refusal> {
    let plan = Plan::of(set, request, kind)?;
    let groups = set.grouped(&plan.by);
    if groups.len() * plan.figures.len() > MOST_LINES {
        return misuse(format!(
            "that would be {} lines; more than {MOST_LINES} cannot be told apart\n  = help: \
             --where AXIS=VALUE leaves out, --by AXIS says which axis has lines",
            groups.len() * plan.figures.len()
        ));
    }
    let mut lines = Vec::new();
    for (number, (values, rows)) in groups.iter().enumerate() {
        for (part, quantity) in plan.figures.iter().enumerate() {
            let words = set.words(&plan.by, values);
            let (name, look) = match (groups.len(), plan.figures.len()) {
                (_, 1) => (words, Look::nth(number)),
                (1, _) => (quantity.short().to_owned(), Look::nth(part)),
                _ => (format!("{words}, {}", quantity.short()), Look::of(number, part)),
            };
            let name = if name.is_empty() { quantity.title() } else { name };
            lines.push(Line { name, look, points: points(set, &plan, rows, (values, quantity)) });
        }
    }
    let (lines, empty): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.points.iter().any(|point| point.value.is_some()));
    if lines.is_empty() {
        return nothing(format!("no run has a value of {}: nothing to draw", plan.words()));
    }
    let said = said(set, &plan, (kind, &lines, &empty));
    let heading = plan.heading(set);
    let caption = caption(set, request, said);
    let (figure, spots) = layout::lay_out(&plan, set, request, (&lines, &heading), caption)?;
    let heads = heads(set, &plan, heading);
    Ok(Drawn { figure, data: data(set, &plan, (&lines, spots)), heads })
}

fn points(
    set: &Set,
    plan: &Plan,
    rows: &[&Row],
    (values, quantity): (&[usize], &Quantity),
) -> Vec<Point> {
    let mut points = Vec::new();
    for (place, tick) in set.axes[plan.axis].values.iter().enumerate() {
        let there: Vec<_> = rows.iter().filter(|row| row.at[plan.axis] == place).collect();
        let sample: Vec<_> = there.iter().filter_map(|row| quantity.of(row.trial)).collect();
        let mut whole = plan.by.clone();
        whole.push(plan.axis);
        let lost = set.lost(&whole, &[values, &[place]].concat());
        // What was never run is no gap; what failed is.
        if !there.is_empty() || lost {
            points.push(Point {
                place,
                at: tick.at,
                label: tick.label.clone(),
                value: Estimate::of(&sample),
                missing: there.len() - sample.len(),
            });
        }
    }
    points
}

fn said(set: &Set, plan: &Plan, (kind, lines, empty): (Kind, &[Line], &[Line])) -> Said {
    let points = || lines.iter().flat_map(|line| &line.points);
    let counts = points().filter_map(|point| point.value.map(|value| value.n));
    let missing = points().map(|point| point.missing).sum();
    let there: usize = counts.clone().sum();
    let further = match empty {
        [] => Vec::new(),
        lines => {
            let names: Vec<_> = lines.iter().map(|line| line.name.as_str()).collect();
            vec![format!("no values: {}", names.join(", "))]
        }
    };
    let mut shown = plan.by.clone();
    shown.push(plan.axis);
    let unit = plan.figures[0].unit;
    let described = |line: &Line| {
        let point = |point: &Point| {
            let value = point.value.map(|value| unit.label(value.mean));
            format!("{} {}", point.label, value.unwrap_or_else(|| "none".to_owned()))
        };
        let points: Vec<_> = line.points.iter().map(point).collect();
        format!("{}: {}.", line.name, points.join(", "))
    };
    Said {
        kind,
        title: plan.title(set),
        numbers: means(counts),
        further,
        missing: (missing, missing + there),
        shown,
        lines: lines.iter().map(described).collect(),
    }
}

fn heads(set: &Set, plan: &Plan, heading: String) -> Heads {
    let (axis, subject) = (set.axes[plan.axis].name.clone(), plan.subject());
    let series = if heading.is_empty() { "line".to_owned() } else { heading };
    match plan.orientation {
        Orientation::Upright => Heads { series, x: axis, y: subject },
        Orientation::Sideways => Heads { series, x: subject, y: axis },
    }
}

/// Every point of every line, which stands at one of `spots`, which are in the same order.
fn data(set: &Set, plan: &Plan, (lines, spots): (&[Line], Vec<Option<Spot>>)) -> Vec<Datum> {
    let (along, across) = (set.axes[plan.axis].unit, Some(plan.figures[0].unit));
    let units = match plan.orientation {
        Orientation::Upright => Units { x: along, y: across, ends: across },
        Orientation::Sideways => Units { x: across, y: along, ends: across },
    };
    let (mut data, mut spots) = (Vec::new(), spots.into_iter());
    for (line_number, line) in lines.iter().enumerate() {
        let of = if lines.len() > 1 { vec![line_number] } else { Vec::new() };
        for point in &line.points {
            let spot = spots.next().expect("every point has a place or none");
            let value = point.value;
            let ends = value.filter(|value| value.half.is_some()).map(|value| value.ends());
            let mean = value.map(|value| value.mean);
            let number = |number: Option<f64>| number.map_or_else(String::new, |n| n.to_string());
            let at = if plan.is_words { point.label.clone() } else { number(Some(point.at)) };
            let (x, y) = match plan.orientation {
                Orientation::Upright => (at, mean),
                Orientation::Sideways => (number(mean), Some(point.at)),
            };
            let n = value.map_or(0, |value| value.n);
            let series = line.name.clone();
            data.push(Datum { series, x, y, ends, n, units, spot, of: of.clone() });
        }
    }
    data
}
