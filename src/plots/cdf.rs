//! The distribution of write latency: which share of the writes took at most so long.

use super::Drawn;
use super::caption::{Said, caption};
use super::curve::column;
use super::data::{Datum, Heads, Units};
use super::frame::{Frame, Room};
use super::kind::Kind;
use super::layer::{Role, Spot};
use super::legend::{self, Entry, Sample};
use super::look::{Look, MOST_LINES};
use super::page::{Caption, Page, RIGHT};
use super::request::{Refusal, Request, Way, misuse, nothing};
use super::scale::{Ends, Scale, extent, is_wide};
use super::set::{Row, Set};
use super::style::{Figure, Point};
use super::unit::Unit;

/// The curve.
const CURVE: &str = "latency.write";
/// Pixels from no writes to all.
const HEIGHT: i32 = 330;

/// A distribution of all seeds together.
struct Line {
    name: String,
    look: Look,
    /// Nanoseconds, and the share of writes that took at most so long; both rise.
    steps: Vec<(f64, f64)>,
    seeds: usize,
}

/// The figure.
pub(super) fn draw(set: &Set, request: &Request) -> Result<Drawn, Refusal> {
    if !request.x.is_empty() || !request.y.is_empty() {
        return misuse("cdf has no --x and no --y: it is about the latency of writes");
    }
    let by = set.lines_by(request, None)?;
    let groups = set.grouped(&by);
    if groups.len() > MOST_LINES {
        return misuse(format!(
            "that would be {} lines; more than {MOST_LINES} cannot be told apart\n  = help: \
             --where AXIS=VALUE leaves out",
            groups.len()
        ));
    }
    super::curve::kept(set, CURVE, "latency")?;
    let mut lines = Vec::new();
    for (number, (values, rows)) in groups.iter().enumerate() {
        let (steps, seeds) = pooled(rows);
        let name = set.words(&by, values);
        if !steps.is_empty() {
            lines.push(Line { name, look: Look::nth(number), steps, seeds });
        }
    }
    if lines.is_empty() {
        return nothing("no run has written anything: nothing to draw");
    }
    let caption = caption(set, request, said(set, by, &lines));
    let (figure, frame) = lay_out(&lines, request, caption);
    let [series, x, y] = ["line", "write latency, at most", "share of writes"].map(str::to_owned);
    Ok(Drawn { figure, data: data(&lines, &frame), heads: Heads { series, x, y } })
}

/// The distribution over all writes of these runs, and how many runs have one.
fn pooled(rows: &[&Row]) -> (Vec<(f64, f64)>, usize) {
    let mut rises: Vec<(f64, f64)> = Vec::new();
    let (mut writes, mut seeds) = (0.0, 0);
    for row in rows {
        let Some(curve) = row.trial.curves.get(CURVE) else { continue };
        let (ns, shares) = (column(curve, "ns"), column(curve, "share"));
        let weight = row.trial.figure("latency.write.count").unwrap_or(1.0);
        let mut before = 0.0;
        for (ns, share) in ns.iter().zip(shares) {
            if let (Some(ns), Some(share)) = (ns, share) {
                rises.push((*ns, (share - before) * weight));
                before = *share;
            }
        }
        if before > 0.0 {
            (writes, seeds) = (writes + weight, seeds + 1);
        }
    }
    rises.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut steps: Vec<(f64, f64)> = Vec::new();
    let mut below = 0.0;
    for (ns, rise) in rises {
        below += rise;
        let step = (ns, (below / writes).min(1.0));
        match steps.last_mut() {
            Some(last) if last.0.total_cmp(&ns).is_eq() => *last = step,
            _ => steps.push(step),
        }
    }
    (steps, seeds)
}

fn said(set: &Set, shown: Vec<usize>, lines: &[Line]) -> Said {
    let seeds = || lines.iter().map(|line| line.seeds);
    let numbers = match (seeds().min(), seeds().max()) {
        (_, Some(1)) => format!("one run, seed {}", super::caption::runs(&set.seeds())),
        (Some(least), Some(most)) if least < most => {
            format!("writes of {least}–{most} seeds together")
        }
        (_, most) => format!("writes of {} seeds together", most.unwrap_or(0)),
    };
    let described = |line: &Line| {
        let at = |share: f64| {
            let step = line.steps.iter().find(|step| step.1 >= share).or(line.steps.last());
            step.map_or_else(String::new, |step| Unit::Time.label(step.0))
        };
        let [median, high, last] = [0.5, 0.99, 1.0].map(at);
        format!("{}: half within {median}, 99 % within {high}, all within {last}.", line.name)
    };
    let without = set.rows.iter().filter(|row| !row.trial.curves.contains_key(CURVE)).count();
    Said {
        kind: Kind::Cdf,
        title: "distribution of write latency".to_owned(),
        numbers,
        further: Vec::new(),
        missing: (without, set.rows.len()),
        shown,
        lines: lines.iter().map(described).collect(),
    }
}

fn data(lines: &[Line], frame: &Frame) -> Vec<Datum> {
    let units = Units { x: Some(Unit::Time), y: Some(Unit::Share), ends: None };
    let mut data = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let of = entry(lines, number);
        let datum = |(ns, share): &(f64, f64)| Datum {
            series: line.name.clone(),
            x: ns.to_string(),
            y: Some(*share),
            ends: None,
            n: line.seeds,
            units,
            spot: Some(Spot::At(frame.point(*ns, *share))),
            of: of.clone(),
        };
        data.extend(line.steps.iter().map(datum));
    }
    data
}

/// The entry of a line in the legend, where there is one.
fn entry(lines: &[Line], number: usize) -> Vec<usize> {
    if lines.len() > 1 { vec![number] } else { Vec::new() }
}

/// The figure, and the frame in which its lines stand.
fn lay_out(lines: &[Line], request: &Request, caption: Caption) -> (Figure, Frame) {
    let mut page = Page::new(&caption);
    let named =
        |line: &Line| Entry { name: line.name.clone(), look: line.look, sample: Sample::Line };
    let entries: Vec<_> = lines.iter().map(named).collect();
    if lines.len() > 1 {
        legend::above(&mut page, &entries, "");
    }
    let places = || lines.iter().flat_map(|line| &line.steps).map(|step| step.0);
    let [low, high] = extent(places());
    let wide = is_wide(places()) && !request.linear.contains(&Way::X);
    let x = if low > 0.0 && (wide || request.log.contains(&Way::X)) {
        Scale::log("write latency", Unit::Time, [low, high], 9)
    } else {
        let low = if low < high * 0.5 { 0.0 } else { low };
        Scale::linear("write latency", Unit::Time, [low, high], (9, Ends::Exact))
    };
    let y = Scale::linear("share of writes", Unit::Share, [0.0, 1.0], (6, Ends::Round));
    let edges = (Frame::margin(&y), RIGHT - 8);
    let frame = Frame::new((x, Room::Markers), (y, Room::None), (page.bottom, HEIGHT), edges);
    page.marks.extend(frame.marks());
    for (number, line) in lines.iter().enumerate() {
        let marks = line.look.line(&stairs(&frame, &line.steps));
        page.put(Role::Of(entry(lines, number)), marks);
    }
    page.bottom = frame.bottom();
    (page.finish(caption), frame)
}

/// A line that rises at each step, and only as many corners as can be seen.
fn stairs(frame: &Frame, steps: &[(f64, f64)]) -> Vec<Point> {
    const SEEN: f64 = 0.5;
    let mut points: Vec<Point> = Vec::new();
    for (number, (ns, share)) in steps.iter().enumerate() {
        let (x, y) = frame.point(*ns, *share);
        let Some((before_x, before_y)) = points.last().copied() else {
            points.extend([frame.point(*ns, 0.0), (x, y)]);
            continue;
        };
        let is_last = number + 1 == steps.len();
        if is_last || x - before_x >= SEEN || before_y - y >= SEEN {
            points.extend([(x, before_y), (x, y)]);
        }
    }
    points
}
