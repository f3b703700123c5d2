//! Where cells and their colours stand.

use super::super::font;
use super::super::frame::{Frame, Room};
use super::super::layer::{Role, Spot};
use super::super::page::{Caption, Page, RIGHT, pixel, rule, words};
use super::super::scale::{Ends, Scale, extent};
use super::super::set::Set;
use super::super::style::{Anchor, Area, Colour, Figure, Mark, SMALL, hatch};
use super::super::value::Axis;
use super::{Cell, Map};

/// Width of the colour bar, and its distance from the cells.
const BAR: i32 = 14;
const GAP: i32 = 20;
/// Between the bar and its numbers.
const APART: i32 = 6;

/// The figure, and where each cell stands.
pub(super) fn lay_out(set: &Set, map: &Map, caption: Caption) -> (Figure, Vec<Spot>) {
    let mut page = Page::new(&caption);
    let [x, y] = [map.x, map.y].map(|axis| &set.axes[axis]);
    let colours = colours(map);
    let numbers = colours.ticks.iter().map(|(_, label)| font::width(label, SMALL));
    let right = RIGHT - numbers.max().unwrap_or(0) - APART - BAR - GAP;
    let (right_scale, up) = (cells(x), cells(y));
    let height = height(y.values.len());
    let edges = (Frame::margin(&up), right);
    // The title of the colours stands to the right, in the line of the upright axis.
    page.bottom += 2;
    let top = (page.bottom, height);
    let frame = Frame::new((right_scale, Room::None), (up, Room::None), top, edges);
    let title = font::shorten(&colours.title, SMALL, RIGHT - frame.area.left - 160);
    let at = (RIGHT, frame.area.top - 11);
    page.write(at, Anchor::End, SMALL, Colour::INK, &title);
    page.marks.extend(frame.upright());
    let mut spots = Vec::new();
    for cell in &map.cells {
        let area = area(cell, &frame);
        page.put(Role::Fixed, cell_at(cell, area, map, &colours));
        spots.push(Spot::Within(area));
    }
    page.marks.extend(frame.level());
    bar(&mut page, &frame, colours);
    page.bottom = frame.bottom();
    (page.finish(caption), spots)
}

/// Pixels of all rows together.
fn height(rows: usize) -> i32 {
    let rows = i32::try_from(rows).expect("a map has few rows");
    rows * (320 / rows).clamp(24, 56)
}

/// A scale with a place for each value.
fn cells(axis: &Axis) -> Scale {
    Scale::words(&axis.name, axis.values.iter().map(|tick| tick.label.clone()))
}

/// The scale of the figure.
fn colours(map: &Map) -> Scale {
    let means = map.cells.iter().filter_map(|cell| cell.value).map(|value| value.mean);
    let title = map.quantity.title();
    Scale::linear(&title, map.quantity.unit, extent(means), (5, Ends::Round)).over(0.0, 1.0)
}

fn area(cell: &Cell, frame: &Frame) -> Area {
    #[expect(clippy::cast_precision_loss, reason = "a map has few cells")]
    let [x, y] = [cell.x as f64, cell.y as f64];
    Area {
        left: pixel(frame.x.place(x - 0.5)),
        right: pixel(frame.x.place(x + 0.5)),
        top: pixel(frame.y.place(y + 0.5)),
        bottom: pixel(frame.y.place(y - 0.5)),
    }
}

fn cell_at(cell: &Cell, area: Area, map: &Map, colours: &Scale) -> Vec<Mark> {
    let Some(value) = cell.value else { return hatch(area, Colour::GREY) };
    let share = colours.place(value.mean);
    let mut marks = vec![Mark::Fill { area, colour: viridis(share) }];
    let label = label(value.mean, map);
    if font::width(&label, SMALL) + 6 <= area.right - area.left {
        let at = (i32::midpoint(area.left, area.right), i32::midpoint(area.top, area.bottom) + 4);
        // The upper half of the colours is bright.
        let ink = if share < 0.55 { Colour(0xFF, 0xFF, 0xFF) } else { Colour::BLACK };
        marks.push(words(at, Anchor::Middle, SMALL, ink, &label));
    }
    marks
}

/// A value in the unit of the colour bar, to three digits of the largest.
fn label(value: f64, map: &Map) -> String {
    let means = map.cells.iter().filter_map(|cell| cell.value).map(|value| value.mean.abs());
    let [_, largest] = extent(means);
    let grade = map.quantity.unit.grade(largest);
    let places = match largest / grade.factor {
        100.0.. => 0,
        10.0..100.0 => 1,
        _ => 2,
    };
    grade.digits(value, places)
}

fn bar(page: &mut Page, frame: &Frame, colours: Scale) {
    let Area { top, right, bottom, .. } = frame.area;
    let (left, right) = (right + GAP, right + GAP + BAR);
    let height = f64::from(bottom - top);
    for y in top..bottom {
        let share = (f64::from(bottom - y) - 0.5) / height;
        page.marks.push(rule(left, y, right, y + 1, viridis(share)));
    }
    let colours = colours.over(f64::from(bottom), f64::from(top));
    for (number, label) in &colours.ticks {
        let y = pixel(colours.place(*number));
        page.marks.push(rule(right, y, right + 3, y + 1, Colour::FAINT_INK));
        let at = (RIGHT, y + 4);
        page.write(at, Anchor::End, SMALL, Colour::FAINT_INK, label);
    }
}

/// The colour of a share: viridis, which grows evenly brighter for all eyes.
fn viridis(share: f64) -> Colour {
    const STOPS: [Colour; 9] = [
        Colour(0x44, 0x01, 0x54),
        Colour(0x47, 0x2D, 0x7B),
        Colour(0x3B, 0x52, 0x8B),
        Colour(0x2C, 0x72, 0x8E),
        Colour(0x21, 0x91, 0x8C),
        Colour(0x28, 0xAE, 0x80),
        Colour(0x5E, 0xC9, 0x62),
        Colour(0xAD, 0xDC, 0x30),
        Colour(0xFD, 0xE7, 0x25),
    ];
    let place = share.clamp(0.0, 1.0) * 8.0;
    let stop = usize::try_from(pixel(libm::floor(place))).unwrap_or(0).min(7);
    let between = place - f64::from(pixel(libm::floor(place)).min(7));
    let [from, to] = [STOPS[stop], STOPS[stop + 1]];
    let mix = |from: u8, to: u8| {
        let mixed = pixel(f64::from(from) + (f64::from(to) - f64::from(from)) * between);
        u8::try_from(mixed.clamp(0, 255)).unwrap_or(u8::MAX)
    };
    Colour(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_run_from_dark_to_bright() {
        assert_eq!(viridis(0.0), Colour(0x44, 0x01, 0x54));
        assert_eq!(viridis(0.5), Colour(0x21, 0x91, 0x8C));
        assert_eq!(viridis(1.0), Colour(0xFD, 0xE7, 0x25));
        assert_eq!(viridis(0.0625), Colour(0x46, 0x17, 0x68), "half-way to the second");
        assert_eq!(viridis(f64::MAX), viridis(1.0));
    }
}
