//! The frame of a chart: the area between two scales, its grid, numbers and titles.

use super::font;
use super::page::{LEFT, pixel, rule, words};
use super::scale::{Form, Scale};
use super::style::{Anchor, Area, Colour, Mark, SMALL};

/// An area with a scale to the right and one upwards.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub area: Area,
    pub x: Scale,
    pub y: Scale,
}

/// Room between an edge of the area and what lies outermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// None: a curve may begin at the very edge.
    None,
    /// Enough for markers.
    Markers,
}

impl Room {
    const fn pixels(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Markers => 14.0,
        }
    }
}

/// From an area's bottom to the line of its numbers, and to that of its title.
const NUMBERS: i32 = 17;
const TITLE: i32 = 37;
/// Between the numbers at the left and the area.
const APART: i32 = 8;
/// From a frame's top to its area: the title of what runs upwards stands there.
const HEAD: i32 = 22;

impl Frame {
    /// Pixels that the numbers of a scale take at the left of an area.
    pub fn margin(y: &Scale) -> i32 {
        let widths = y.ticks.iter().map(|(_, label)| font::width(label, SMALL));
        widths.max().unwrap_or(0) + APART
    }

    /// A frame from `top` down to and without the numbers of `x`, `height` pixels high, which ends at
    /// the pixel `right`; `margin`: room for the numbers at its left.
    pub fn new(
        (x, x_room): (Scale, Room),
        (y, y_room): (Scale, Room),
        (top, height): (i32, i32),
        (margin, right): (i32, i32),
    ) -> Self {
        let area =
            Area { left: LEFT + margin, top: top + HEAD, right, bottom: top + HEAD + height };
        let inside = |low: i32, high: i32, room: Room| {
            let (from, to) = (f64::from(low), f64::from(high));
            let room = if from < to { room.pixels() } else { -room.pixels() };
            (from + room, to - room)
        };
        let (start, end) = inside(area.left, area.right, x_room);
        let mut x = x.over(start, end);
        let (start, end) = inside(area.bottom, area.top, y_room);
        let y = y.over(start, end);
        match x.form {
            Form::Linear | Form::Log => thin(&mut x),
            Form::Words => shorten(&mut x, area),
        }
        Self { area, x, y }
    }

    /// The point of two numbers.
    pub fn point(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.place(x), self.y.place(y))
    }

    /// Grid, numbers and titles; what is drawn lies on top.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks = self.upright();
        marks.extend(self.level());
        marks
    }

    /// Numbers of `x` and its title.
    pub fn level(&self) -> Vec<Mark> {
        let Area { left, right, bottom, .. } = self.area;
        let mut marks = Vec::new();
        for (number, label) in &self.x.ticks {
            let x = pixel(self.x.place(*number));
            marks.push(rule(x, bottom, x + 1, bottom + 4, Colour::FAINT_INK));
            let at = (x, bottom + NUMBERS);
            marks.push(words(at, Anchor::Middle, SMALL, Colour::FAINT_INK, label));
        }
        let at = (i32::midpoint(left, right), bottom + TITLE);
        marks.push(words(at, Anchor::Middle, SMALL, Colour::INK, &self.x.title));
        marks
    }

    /// Lines of the grid, the numbers of `y` and its title.
    pub fn upright(&self) -> Vec<Mark> {
        let Area { left, top, right, bottom } = self.area;
        let mut marks = Vec::new();
        if self.x.form != Form::Words {
            for (number, _) in &self.x.ticks {
                let x = pixel(self.x.place(*number));
                marks.push(rule(x, top, x + 1, bottom, Colour::GRID));
            }
        }
        for (number, label) in &self.y.ticks {
            const HALF_A_LETTER: i32 = 4;
            let y = pixel(self.y.place(*number));
            marks.push(rule(left, y, right, y + 1, Colour::GRID));
            let at = (left - APART, y + HALF_A_LETTER);
            marks.push(words(at, Anchor::End, SMALL, Colour::FAINT_INK, label));
        }
        let zero = match self.y.form {
            Form::Linear => pixel(self.y.place(0.0)),
            Form::Log | Form::Words => bottom,
        };
        marks.push(rule(left, zero, right, zero + 1, Colour::FAINT_INK));
        let title = font::shorten(&self.y.title, SMALL, right - LEFT);
        marks.push(words((LEFT, top - 11), Anchor::Start, SMALL, Colour::INK, &title));
        marks
    }

    /// Where the titles below the area end.
    pub fn bottom(&self) -> i32 {
        self.area.bottom + TITLE + 4
    }
}

/// Leaves out numbers that would touch others.
fn thin(x: &mut Scale) {
    const BETWEEN: f64 = 10.0;
    let mut ticks = std::mem::take(&mut x.ticks);
    let half = |label: &str| f64::from(font::width(label, SMALL)) / 2.0;
    let mut kept: Vec<(f64, String)> = Vec::new();
    // From both ends inwards would be fairer, but people read from the left.
    for tick in ticks.drain(..) {
        let fits = kept.last().is_none_or(|before| {
            x.place(tick.0) - half(&tick.1) >= x.place(before.0) + half(&before.1) + BETWEEN
        });
        if fits {
            kept.push(tick);
        }
    }
    x.ticks = kept;
}

/// Cuts words to the room there is for each.
fn shorten(x: &mut Scale, area: Area) {
    let slots = i32::try_from(x.ticks.len().max(1)).expect("an axis has few words");
    let room = (area.right - area.left) / slots - 8;
    for (_, label) in &mut x.ticks {
        *label = font::shorten(label, SMALL, room);
    }
}
