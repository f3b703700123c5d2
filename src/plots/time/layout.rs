//! Panels one below the other on one axis of time.

use super::super::font;
use super::super::frame::{Frame, Room};
use super::super::layer::{Role, Spot};
use super::super::legend::{self, Entry, Sample};
use super::super::look::Look;
use super::super::page::{Caption, LEFT, Page, RIGHT, pixel, rule};
use super::super::request::{Request, Way};
use super::super::scale::{Ends, Scale, around, extent, is_wide};
use super::super::style::{Anchor, Area, Colour, Figure, Mark, Point, SMALL};
use super::super::unit::Unit;
use super::column::{Column, Shape};
use super::lanes::{FAULTS, Lane, POINTS, Spell};
use super::{Panel, Run};

/// Height of a bar in a lane, and from one to the next.
const BAR: i32 = 6;
const STEP: i32 = 8;
/// Between a lane's title and its bars.
const APART: i32 = 8;

/// Where numbers stand, in the order in which they are listed.
pub(super) struct Places {
    /// Points of lines; none: there is no value.
    pub points: Vec<Option<Spot>>,
    pub spells: Vec<Spot>,
}

/// The figure, and where its numbers stand.
pub(super) fn lay_out(
    runs: &[Run],
    panels: &[Panel],
    (lanes, request): (&[Lane], &Request),
    caption: Caption,
) -> (Figure, Places) {
    let mut page = Page::new(&caption);
    let entries = entries(runs, panels);
    if entries.len() > 1 {
        legend::above(&mut page, &entries, "");
    }
    let mut places = Places { points: Vec::new(), spells: Vec::new() };
    let scales: Vec<_> = panels.iter().map(|panel| scale(panel, runs, request)).collect();
    let lane_titles = lanes.iter().map(|lane| font::width(lane.title, SMALL) + APART);
    let margin = scales.iter().map(Frame::margin).chain(lane_titles).max().unwrap_or(0);
    let time = time(panels, runs, lanes);
    let edges = (f64::from(LEFT + margin), f64::from(RIGHT - 12));
    let placed = time.clone().over(edges.0, edges.1);
    if !lanes.is_empty() {
        page.bottom += 12;
    }
    for lane in lanes {
        places.spells.extend(draw_lane(&mut page, lane, (runs, margin), &placed));
    }
    if !lanes.is_empty() {
        page.bottom += 8;
    }
    let height = match panels.len() {
        1 => 280,
        2 => 170,
        _ => 120,
    };
    for (number, (panel, y)) in panels.iter().zip(scales).enumerate() {
        let x = (time.clone(), Room::None);
        let top = (page.bottom, height);
        let frame = Frame::new(x, (y, Room::None), top, (margin, RIGHT - 12));
        page.marks.extend(shades(&frame, lanes));
        page.marks.extend(frame.upright());
        for (marks, role) in lines(&frame, panel, (runs, panels)) {
            page.put(role, marks);
        }
        places.points.extend(points(&frame, panel, runs));
        if number + 1 == panels.len() {
            page.marks.extend(frame.level());
            page.bottom = frame.bottom();
        } else {
            page.bottom = frame.area.bottom + 10;
        }
    }
    (page.finish(caption), places)
}

/// The entries of the legend that a run, or the n-th column of a panel, or both, belong to: as
/// [`entries`] counts them.
pub(super) fn of(runs: &[Run], run: Option<usize>, column: Option<(&Panel, usize)>) -> Vec<usize> {
    let several = runs.len() > 1;
    let first_part = if several { runs.len() } else { 0 };
    let run = run.filter(|_| several);
    let part = column.filter(|(panel, _)| panel.columns.len() > 1);
    run.into_iter().chain(part.map(|(_, part)| first_part + part)).collect()
}

/// Where every point of every line of a panel stands.
fn points(frame: &Frame, panel: &Panel, runs: &[Run]) -> Vec<Option<Spot>> {
    let columns = panel.columns.iter();
    let lines = columns.flat_map(|column| runs.iter().flat_map(|run| column.line(run.trial)));
    let at = |(time, value): (f64, Option<f64>)| Some(Spot::At(frame.point(time, value?)));
    lines.map(at).collect()
}

/// The look of a column of a run. Where dashes need not tell parts, they tell runs: one may lie on
/// another.
fn look(runs: &[Run], panels: &[Panel], run: usize, part: usize) -> Look {
    let parts = panels.iter().any(|panel| panel.columns.len() > 1);
    match (runs.len(), parts) {
        (..=1, _) => Look::nth(part),
        (_, true) => Look::of(run, part),
        (_, false) => Look::nth(run),
    }
}

/// Runs by colour; parts of a subject by their dashes.
fn entries(runs: &[Run], panels: &[Panel]) -> Vec<Entry> {
    let sample = Sample::Line;
    let parts = panels.iter().map(|panel| &panel.columns).find(|columns| columns.len() > 1);
    let parts = parts.into_iter().flatten().enumerate();
    let part = |(place, column): (usize, &Column)| {
        let name = format!("{} of {}", column.part.unwrap_or(&column.subject), column.subject);
        let look = if runs.len() > 1 { Look::plain(place) } else { Look::nth(place) };
        Entry { name, look, sample }
    };
    let several = runs.iter().enumerate().filter(|_| runs.len() > 1);
    let run = |(place, run): (usize, &Run)| Entry {
        name: run.name.clone(),
        look: look(runs, panels, place, 0),
        sample,
    };
    several.map(run).chain(parts.map(part)).collect()
}

/// The scale of a panel.
fn scale(panel: &Panel, runs: &[Run], request: &Request) -> Scale {
    const MOST: u32 = 5;
    let unit = panel.columns[0].unit;
    let title = match panel.columns.as_slice() {
        [one] => one.title(),
        many => many[0].subject.clone(),
    };
    let lines =
        || panel.columns.iter().flat_map(|column| runs.iter().map(|run| column.line(run.trial)));
    let values = || lines().flatten().filter_map(|(_, value)| value);
    let [low, high] = extent(values());
    let wide = unit == Unit::Time && is_wide(values()) && !request.linear.contains(&Way::Y);
    if low > 0.0 && high.is_finite() && (wide || request.log.contains(&Way::Y)) {
        return Scale::log(&title, unit, around([low, high]), MOST);
    }
    let [low, high] = [low.min(0.0), high.max(0.0)];
    let [low, high] = if low.is_finite() { [low, high] } else { [0.0, 0.0] };
    Scale::linear(&title, unit, [low, high], (MOST, Ends::Round))
}

/// The scale of time: from the beginning of the runs to the end of the longest.
fn time(panels: &[Panel], runs: &[Run], lanes: &[Lane]) -> Scale {
    let columns = panels.iter().flat_map(|panel| &panel.columns);
    let rows = columns.flat_map(|column| runs.iter().flat_map(|run| column.line(run.trial)));
    let ends = lanes.iter().flat_map(|lane| &lane.spells).filter_map(|spell| spell.end);
    let [_, last] = extent(rows.map(|(time, _)| time).chain(ends).chain([0.0]));
    Scale::linear("simulated time", Unit::Time, [0.0, last], (9, Ends::Exact))
}

/// A bar for each stretch, below one another for each run; where they stand.
fn draw_lane(
    page: &mut Page,
    lane: &Lane,
    (runs, margin): (&[Run], i32),
    time: &Scale,
) -> Vec<Spot> {
    let rows = if lane.title == FAULTS { 1 } else { i32::try_from(runs.len()).expect("few runs") };
    let height = (rows * STEP).max(16);
    let top = page.bottom + (height - rows * STEP) / 2 + 1;
    let at = (LEFT + margin - APART, page.bottom + height / 2 + 4);
    page.write(at, Anchor::End, SMALL, Colour::FAINT_INK, lane.title);
    let right = RIGHT - 12;
    for row in 0..rows {
        let middle = top + row * STEP + BAR / 2;
        page.marks.push(rule(LEFT + margin, middle, right, middle + 1, Colour::GRID));
    }
    let mut spots = Vec::new();
    for Spell { run, begin, end } in &lane.spells {
        let row = i32::try_from(run.unwrap_or(0)).expect("few runs");
        let colour = match run {
            None => Colour::DARK,
            Some(_) if runs.len() == 1 && lane.title == POINTS => Colour::DARK,
            Some(_) if runs.len() == 1 => Colour::VERMILION,
            Some(run) => Look::of(*run, 0).colour,
        };
        let left = pixel(time.place(*begin));
        let until = match end {
            Some(end) => pixel(time.place(*end)),
            // Whether a fault without an end was a moment or lasted is not known.
            None if lane.title == FAULTS => left,
            None => right,
        };
        let top = top + row * STEP;
        let area = Area { left, top, right: until.max(left + 2).min(right), bottom: top + BAR };
        page.put(Role::Of(of(runs, *run, None)), [Mark::Fill { area, colour }]);
        spots.push(Spot::Within(area));
    }
    page.bottom += height + 2;
    spots
}

/// Faults, behind the grid.
fn shades(frame: &Frame, lanes: &[Lane]) -> Vec<Mark> {
    let faults = lanes.iter().filter(|lane| lane.title == FAULTS).flat_map(|lane| &lane.spells);
    let Area { top, bottom, .. } = frame.area;
    let shade = |Spell { begin, end, .. }: &Spell| {
        let left = frame.x.place(*begin);
        let right = end.map_or(left + 1.0, |end| frame.x.place(end)).max(left + 1.0);
        let (top, bottom) = (f64::from(top), f64::from(bottom));
        let points = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
        let percent = if end.is_some() { 30 } else { 90 };
        Mark::Region { points, colour: Colour::GREY, percent }
    };
    faults.map(shade).collect()
}

fn lines(
    frame: &Frame,
    panel: &Panel,
    (runs, panels): (&[Run], &[Panel]),
) -> Vec<(Vec<Mark>, Role)> {
    let mut lines = Vec::new();
    for (part, column) in panel.columns.iter().enumerate() {
        for (place, run) in runs.iter().enumerate() {
            let look = look(runs, panels, place, part);
            let stretches = stretches(frame, column, run).into_iter();
            let marks = stretches.flat_map(|stretch| look.line(&thinned(stretch))).collect();
            lines.push((marks, Role::Of(of(runs, Some(place), Some((panel, part))))));
        }
    }
    lines
}

/// The line of a column, broken where there is nothing.
fn stretches(frame: &Frame, column: &Column, run: &Run) -> Vec<Vec<Point>> {
    let mut stretches: Vec<Vec<Point>> = vec![Vec::new()];
    let mut before = 0.0;
    for (time, value) in column.line(run.trial) {
        match (value, stretches.last_mut()) {
            (Some(value), Some(stretch)) => {
                match column.shape {
                    Shape::Level => {}
                    Shape::Steps | Shape::Rate(_) => stretch.push(frame.point(before, value)),
                }
                stretch.push(frame.point(time, value));
            }
            (Some(_) | None, _) => stretches.push(Vec::new()),
        }
        before = time;
    }
    stretches
}

/// Of points within one pixel from left to right: the first, the lowest, the highest, the last. More
/// cannot be seen.
fn thinned(points: Vec<Point>) -> Vec<Point> {
    const FEW: usize = 600;
    if points.len() <= FEW {
        return points;
    }
    let mut kept: Vec<Point> = Vec::new();
    for same in points.chunk_by(|one, other| pixel(one.0) == pixel(other.0)) {
        let lowest = same.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        let highest = same.iter().min_by(|one, other| one.1.total_cmp(&other.1));
        let four = [same.first(), highest, lowest, same.last()];
        for point in four.into_iter().flatten() {
            if kept.last() != Some(point) {
                kept.push(*point);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_stay_where_points_are_thinned() {
        let points: Vec<_> = (0..10_000)
            .map(|place| (f64::from(place) / 100.0, if place == 5_000 { 7.0 } else { 100.0 }))
            .collect();
        let kept = thinned(points.clone());
        assert!(kept.len() < 500 && kept.contains(&(50.0, 7.0)), "{}", kept.len());
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        assert_eq!(thinned(points[..600].to_vec()), points[..600]);
    }
}
