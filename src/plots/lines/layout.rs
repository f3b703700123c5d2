//! Where lines, bands and markers stand.

use super::super::frame::{Frame, Room};
use super::super::layer::{Role, Spot};
use super::super::legend::{self, Entry, Place, Sample};
use super::super::page::{Caption, Page};
use super::super::request::{Refusal, Request, Way, misuse};
use super::super::scale::{Ends, Form, Scale, around, extent, is_wide};
use super::super::set::Set;
use super::super::style::{Figure, Mark};
use super::super::unit::Unit;
use super::super::value::Axis;
use super::plan::{Orientation, Plan};
use super::{Line, Point};

/// Pixels from the lowest to the highest number.
const HEIGHT: i32 = 330;

/// The figure, and where each point of each line stands.
pub(super) fn lay_out(
    plan: &Plan,
    set: &Set,
    request: &Request,
    (lines, heading): (&[Line], &str),
    caption: Caption,
) -> Result<(Figure, Vec<Option<Spot>>), Refusal> {
    let mut page = Page::new(&caption);
    let (along, across) = match plan.orientation {
        Orientation::Upright => (Way::X, Way::Y),
        Orientation::Sideways => (Way::Y, Way::X),
    };
    let axis = axis_scale(&set.axes[plan.axis], request, along)?;
    let values = value_scale(plan, lines, request, across)?;
    let (x, y) = match plan.orientation {
        Orientation::Upright => ((axis, Room::Markers), (values, Room::None)),
        Orientation::Sideways => ((values, Room::None), (axis, Room::Markers)),
    };
    let sample = if plan.is_words { Sample::Marker } else { Sample::Marked };
    let entry = |line: &Line| Entry { name: line.name.clone(), look: line.look, sample };
    let entries: Vec<_> = lines.iter().map(entry).collect();
    let place = Place::of(&entries, heading);
    if place == Place::Above {
        legend::above(&mut page, &entries, heading);
    }
    let edges = (Frame::margin(&y.0), place.right());
    let frame = Frame::new(x, y, (page.bottom, HEIGHT), edges);
    page.marks.extend(frame.marks());
    let shelf = Shelf { frame: &frame, plan, count: lines.len() };
    for (number, line) in lines.iter().enumerate() {
        page.put(shelf.role(number), shelf.intervals(line, number));
    }
    for (number, line) in lines.iter().enumerate() {
        page.put(shelf.role(number), shelf.strokes(line, number));
    }
    if matches!(place, Place::Beside(_)) {
        let ends = lines.iter().enumerate().map(|(number, line)| shelf.end(line, number));
        let entries: Vec<_> = entries.into_iter().zip(ends).collect();
        legend::beside(&mut page, &frame, &entries, heading);
    }
    page.bottom = frame.bottom();
    Ok((page.finish(caption), shelf.spots(lines)))
}

/// The scale of the axis along which lines run.
fn axis_scale(axis: &Axis, request: &Request, way: Way) -> Result<Scale, Refusal> {
    let numbers = || axis.values.iter().map(|tick| tick.at);
    let form = match axis.unit {
        None => Form::Words,
        Some(_) => form(request, way, numbers(), axis.is_wide())?,
    };
    Ok(Scale::of_axis(axis, form))
}

/// The scale of the figures.
fn value_scale(plan: &Plan, lines: &[Line], request: &Request, way: Way) -> Result<Scale, Refusal> {
    const MOST: u32 = 6;
    let points = || lines.iter().flat_map(|line| &line.points);
    let estimates = || points().filter_map(|point| point.value);
    let means = || estimates().map(|value| value.mean);
    let unit = plan.figures[0].unit;
    let title = plan.subject();
    let wide = match unit {
        Unit::Time | Unit::Rate | Unit::Count => is_wide(means()),
        // They are compared by their length from zero on.
        Unit::Bytes | Unit::Share => false,
    };
    let [low, high] = extent(means());
    let [lower, upper] = extent(estimates().flat_map(|value| value.ends()));
    if form(request, way, means(), wide)? == Form::Log {
        return Ok(Scale::log(&title, unit, around([low, upper.max(high)]), MOST));
    }
    let low = if low >= 0.0 { 0.0 } else { lower.min(low) };
    let high = match unit {
        Unit::Share if high <= 1.0 => upper.min(1.0).max(high),
        Unit::Bytes | Unit::Time | Unit::Rate | Unit::Share | Unit::Count => upper.max(0.0),
    };
    Ok(Scale::linear(&title, unit, [low, high], (MOST, Ends::Round)))
}

/// The form that is asked for, or that fits.
fn form(
    request: &Request,
    way: Way,
    mut numbers: impl Iterator<Item = f64>,
    wide: bool,
) -> Result<Form, Refusal> {
    if request.log.contains(&way) {
        if let Some(number) = numbers.find(|number| *number <= 0.0) {
            let way = match way {
                Way::X => "x",
                Way::Y => "y",
            };
            return misuse(format!(
                "--log {way} has no place for {number}, which is not above zero"
            ));
        }
        return Ok(Form::Log);
    }
    Ok(if wide && !request.linear.contains(&way) { Form::Log } else { Form::Linear })
}

/// Puts points of lines on a frame.
struct Shelf<'a> {
    frame: &'a Frame,
    plan: &'a Plan,
    /// Lines in all.
    count: usize,
}

impl Shelf<'_> {
    /// What is drawn of the n-th line belongs to its entry, where there is a legend.
    fn role(&self, number: usize) -> Role {
        Role::Of(if self.count > 1 { vec![number] } else { Vec::new() })
    }

    /// Where each point of each line stands; none: it has no value.
    fn spots(&self, lines: &[Line]) -> Vec<Option<Spot>> {
        let numbered = lines.iter().enumerate();
        let points =
            numbered.flat_map(|(number, line)| line.points.iter().map(move |p| (number, p)));
        let at = |(number, point): (usize, &Point)| {
            point.value.map(|value| Spot::At(self.spot(point, value.mean, number)))
        };
        points.map(at).collect()
    }

    /// Where a value of a point of the n-th line stands.
    fn spot(&self, point: &Point, value: f64, number: usize) -> (f64, f64) {
        match self.plan.orientation {
            Orientation::Upright => {
                let (x, y) = self.frame.point(point.at, value);
                (x + self.aside(number), y)
            }
            Orientation::Sideways => {
                let (x, y) = self.frame.point(value, point.at);
                (x, y + self.aside(number))
            }
        }
    }

    /// Points over words stand beside one another.
    #[expect(clippy::cast_precision_loss, reason = "there are few lines")]
    fn aside(&self, number: usize) -> f64 {
        const APART: f64 = 10.0;
        if self.plan.is_words {
            (number as f64 - (self.count - 1) as f64 / 2.0) * APART
        } else {
            0.0
        }
    }

    /// Bands, and whiskers of points that have no neighbour with an interval.
    fn intervals(&self, line: &Line, number: usize) -> Vec<Mark> {
        let mut marks = Vec::new();
        let known = |point: &Point| point.value.is_some_and(|value| value.half.is_some());
        for points in stretches(&line.points, known) {
            let edge = |which: usize| {
                let spot = |point: &&Point| {
                    let value = point.value.map(|value| value.ends()[which]);
                    value.map(|value| self.spot(point, value, number))
                };
                points.iter().filter_map(spot).collect::<Vec<_>>()
            };
            let (lower, upper) = (edge(0), edge(1));
            if points.len() > 1 && !self.plan.is_words {
                marks.push(line.look.band(&upper, &lower));
            } else {
                let ends = lower.into_iter().zip(upper);
                marks.extend(ends.map(|(lower, upper)| line.look.whisker([lower, upper])));
            }
        }
        marks
    }

    /// The line itself and its markers.
    fn strokes(&self, line: &Line, number: usize) -> Vec<Mark> {
        /// A line of more points needs no markers.
        const MARKED: usize = 40;
        let mut marks = Vec::new();
        for points in stretches(&line.points, |point| point.value.is_some()) {
            let spot =
                |point: &&Point| point.value.map(|value| self.spot(point, value.mean, number));
            let spots: Vec<_> = points.iter().filter_map(spot).collect();
            if !self.plan.is_words {
                marks.extend(line.look.line(&spots));
            }
            if line.points.len() <= MARKED || spots.len() == 1 {
                marks.extend(spots.into_iter().map(|spot| line.look.marker(spot)));
            }
        }
        marks
    }

    /// How far down the line ends.
    fn end(&self, line: &Line, number: usize) -> f64 {
        let spot = |point: &Point| point.value.map(|value| self.spot(point, value.mean, number));
        let spots = line.points.iter().filter_map(spot);
        let last = match self.plan.orientation {
            Orientation::Upright => spots.reduce(|_, last| last),
            Orientation::Sideways => {
                spots.reduce(|one, other| if other.0 > one.0 { other } else { one })
            }
        };
        last.map_or(0.0, |(_, y)| y)
    }
}

/// Runs of points that have what is asked for, none beyond a point that lacks it.
fn stretches(points: &[Point], has: impl Fn(&Point) -> bool) -> Vec<Vec<&Point>> {
    let mut stretches = vec![Vec::new()];
    for point in points {
        if !has(point) {
            stretches.push(Vec::new());
        } else if let Some(last) = stretches.last_mut() {
            last.push(point);
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches
}
