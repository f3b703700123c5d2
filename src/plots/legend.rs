//! Legends: which line is which. Beside the ends of the lines if the names are short, else above the
//! chart; never on it.

use super::font;
use super::frame::Frame;
use super::layer::Role;
use super::look::Look;
use super::page::{LEFT, Page, RIGHT, pixel, words};
use super::style::{Anchor, Colour, Mark, SMALL};

/// A line's name and look.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub name: String,
    pub look: Look,
    pub sample: Sample,
}

/// What shows a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// A piece of the line, with a marker.
    Marked,
    /// A piece of the line.
    Line,
    /// A marker: there is no line.
    Marker,
}

/// Where a legend stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// There is one line, and the title names it.
    Nowhere,
    /// To the right of the area, in so many pixels.
    Beside(i32),
    /// In rows above the area.
    Above,
}

const WIDTH: i32 = 26;
const APART: i32 = 6;
const ROW: i32 = 18;
/// Between the area and the samples.
const GAP: i32 = 12;

impl Place {
    /// The place for these entries under this heading.
    pub fn of(entries: &[Entry], heading: &str) -> Self {
        const WIDEST: i32 = 170;
        if entries.len() < 2 {
            return Self::Nowhere;
        }
        let names = entries.iter().map(|entry| entry.name.as_str());
        let widest = names.map(|name| font::width(name, SMALL)).max().unwrap_or(0);
        let heading = font::width(heading, SMALL) - WIDTH - APART;
        match widest.max(heading) {
            width if width <= WIDEST => Self::Beside(GAP + WIDTH + APART + width),
            _ => Self::Above,
        }
    }

    /// The pixel at which an area ends beside this legend.
    pub const fn right(self) -> i32 {
        match self {
            Self::Nowhere | Self::Above => RIGHT,
            Self::Beside(width) => RIGHT - width,
        }
    }
}

/// Puts a legend above what follows on the page.
pub(super) fn above(page: &mut Page, entries: &[Entry], heading: &str) {
    const BETWEEN: i32 = 20;
    let (mut x, mut line) = (LEFT, page.bottom + ROW);
    if !heading.is_empty() {
        page.write((x, line), Anchor::Start, SMALL, Colour::FAINT_INK, heading);
        x += font::width(heading, SMALL) + BETWEEN;
    }
    for (number, Entry { name, look, sample }) in entries.iter().enumerate() {
        let name = font::shorten(name, SMALL, RIGHT - LEFT - WIDTH - APART);
        let width = WIDTH + APART + font::width(&name, SMALL);
        if x > LEFT && x + width > RIGHT {
            (x, line) = (LEFT, line + ROW);
        }
        let at = (x + WIDTH + APART, line);
        let mut marks = samples((*look, *sample), (x, line - 4));
        marks.push(words(at, Anchor::Start, SMALL, Colour::INK, &name));
        page.put(Role::Entry(number), marks);
        x += width + BETWEEN;
    }
    page.bottom = line + 14;
}

/// Puts a legend beside a frame: each name as near to the end of its line as the others let it.
pub(super) fn beside(page: &mut Page, frame: &Frame, entries: &[(Entry, f64)], heading: &str) {
    let left = frame.area.right + GAP;
    let mut order: Vec<_> = entries.iter().enumerate().collect();
    order.sort_by(|(_, (_, one)), (_, (_, other))| one.total_cmp(other));
    let wanted: Vec<_> = order.iter().map(|(_, (_, y))| pixel(*y)).collect();
    let places = spread(&wanted, frame.area.top + 4, frame.area.bottom - 4);
    let at = (left, frame.area.top - 11);
    page.write(at, Anchor::Start, SMALL, Colour::FAINT_INK, heading);
    for ((number, (entry, _)), y) in order.into_iter().zip(places) {
        let mut marks = samples((entry.look, entry.sample), (left, y));
        let at = (left + WIDTH + APART, y + 4);
        marks.push(words(at, Anchor::Start, SMALL, Colour::INK, &entry.name));
        page.put(Role::Entry(number), marks);
    }
}

/// The sample of a look; `y`: its middle.
fn samples((look, sample): (Look, Sample), (x, y): (i32, i32)) -> Vec<Mark> {
    let [left, right, y] = [x, x + WIDTH, y].map(f64::from);
    let line = || look.line(&[(left, y), (right, y)]);
    let marker = || look.marker((f64::midpoint(left, right), y));
    match sample {
        Sample::Marked => line().into_iter().chain([marker()]).collect(),
        Sample::Line => line(),
        Sample::Marker => vec![marker()],
    }
}

/// Places at least a row apart, in the order of the wanted ones and near to them.
fn spread(wanted: &[i32], top: i32, bottom: i32) -> Vec<i32> {
    let mut places: Vec<i32> = Vec::with_capacity(wanted.len());
    for place in wanted {
        let free = places.last().map_or(top, |before| before + ROW);
        places.push((*place).max(free));
    }
    let mut free = bottom;
    for place in places.iter_mut().rev() {
        *place = (*place).min(free);
        free = *place - ROW;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_apart_and_within() {
        for wanted in [&[10, 12, 14][..], &[200, 201, 299], &[0, 0, 0, 300], &[50]] {
            let places = spread(wanted, 20, 290);
            assert!(places.iter().all(|place| (20..=290).contains(place)), "{places:?}");
            assert!(places.windows(2).all(|two| two[1] - two[0] >= ROW), "{places:?}");
        }
        assert_eq!(spread(&[30, 90], 20, 290), [30, 90], "who has room stays");
    }

    #[test]
    fn long_names_stand_above() {
        let entries = |name: &str| {
            let entry = |number| Entry {
                name: name.to_owned(),
                look: Look::nth(number),
                sample: Sample::Marked,
            };
            [entry(0), entry(1)]
        };
        assert_eq!(Place::of(&entries("references")[..1], ""), Place::Nowhere);
        assert!(matches!(Place::of(&entries("references"), "policy"), Place::Beside(_)));
        assert_eq!(Place::of(&entries(&"snapshots every hour ".repeat(3)), ""), Place::Above);
    }
}
