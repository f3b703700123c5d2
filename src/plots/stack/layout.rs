//! Where bars and their words stand.

use super::super::bytes::Part;
use super::super::font;
use super::super::layer::{Role, Spot};
use super::super::page::{Caption, LEFT, Page, RIGHT, pixel, rule, words};
use super::super::scale::{Ends, Scale, extent};
use super::super::style::{Anchor, Area, Colour, Figure, Mark, NAME, SMALL};
use super::super::unit::Unit;
use super::{Bar, FLOOR, Group, drawn};

/// From one bar to the next, and a bar's height.
const ROW: i32 = 25;
const BAR: i32 = 17;
/// The title of a group above its bars, and the air below them.
const TITLE: i32 = 24;
const BELOW: i32 = 10;
/// Between a name and its bar, and between a bar and its number.
const APART: i32 = 10;

/// Columns of the page.
struct Columns {
    /// Names end here.
    names: i32,
    scale: Scale,
    /// Bars and grid end here.
    right: i32,
}

impl Columns {
    fn x(&self, number: f64) -> i32 {
        pixel(self.scale.place(number))
    }
}

/// The figure, and where the parts of each bar and then its total stand.
pub(super) fn lay_out(groups: &[Group], caption: Caption) -> (Figure, Vec<Spot>) {
    let mut page = Page::new(&caption);
    legend(&mut page, groups);
    let columns = columns(groups);
    let parts = drawn(groups);
    let mut spots = Vec::new();
    let mut top = page.bottom + 8;
    for group in groups {
        if !group.title.is_empty() {
            let title = font::shorten(&group.title, NAME, RIGHT - LEFT);
            page.write((LEFT, top + 14), Anchor::Start, NAME, Colour::INK, &title);
            top += TITLE;
        }
        let first = top;
        let bottom = top + i32::try_from(group.bars.len()).expect("few bars") * ROW;
        for (number, _) in &columns.scale.ticks {
            let x = columns.x(*number);
            let colour = if *number == 0.0 { Colour::FAINT_INK } else { Colour::GRID };
            page.marks.push(rule(x, top, x + 1, bottom, colour));
        }
        for bar in &group.bars {
            spots.extend(bar_at(&mut page, (bar, &parts), &columns, top));
            top += ROW;
        }
        if let Some(floor) = group.floor() {
            let dashes = floor_at(columns.x(floor), first, bottom);
            page.put(Role::Of(vec![parts.len()]), dashes);
        }
        top += BELOW;
    }
    page.bottom = top - BELOW;
    numbers(&mut page, &columns);
    (page.finish(caption), spots)
}

/// Room for names at the left, for numbers at the right, and the scale between them.
fn columns(groups: &[Group]) -> Columns {
    const MOST_FOR_NAMES: i32 = 220;
    let bars = || groups.iter().flat_map(|group| &group.bars);
    let names = bars().map(|bar| font::width(&bar.policy, NAME)).max().unwrap_or(0);
    let names = LEFT + names.min(MOST_FOR_NAMES);
    let numbers = bars().map(|bar| font::width(&number(bar), SMALL)).max().unwrap_or(0);
    let ends = bars().filter_map(|bar| bar.total).flat_map(|total| total.ends());
    let [_, longest] = extent(ends.chain([0.0]));
    let right = RIGHT - numbers - APART;
    let scale = Scale::linear(TITLE_OF_AXIS, Unit::Count, [0.0, longest], (7, Ends::Exact));
    let scale = scale.over(f64::from(names + APART), f64::from(right));
    Columns { names, scale, right }
}

const TITLE_OF_AXIS: &str = "bytes on the WAN per byte written";

/// The number beside a bar.
fn number(bar: &Bar) -> String {
    match bar.total {
        None => "nothing written".to_owned(),
        Some(total) => match total.half {
            None => format!("{:.3}", total.mean),
            Some(half) if half >= 0.0005 => format!("{:.3} ± {half:.3}", total.mean),
            Some(_) => format!("{:.3} ± <0.001", total.mean),
        },
    }
}

/// Draws a bar; where its parts stand, and then its number.
fn bar_at(
    page: &mut Page,
    (bar, parts): (&Bar, &[Part]),
    columns: &Columns,
    top: i32,
) -> Vec<Spot> {
    let (top, bottom) = (top + (ROW - BAR) / 2, top + i32::midpoint(ROW, BAR));
    let line = top + BAR - 4;
    let name = font::shorten(&bar.policy, NAME, columns.names - LEFT);
    page.write((columns.names, line), Anchor::End, NAME, Colour::INK, &name);
    let (mut spots, mut before) = (Vec::new(), 0.0);
    for (entry, part) in parts.iter().enumerate() {
        let until = before + bar.parts[*part as usize];
        let (left, right) = (columns.x(before), columns.x(until));
        let area = Area { left, top, right, bottom };
        if left < right {
            page.put(Role::Of(vec![entry]), [Mark::Fill { area, colour: part.colour() }]);
        }
        if before < until {
            spots.push(Spot::Within(area));
        }
        before = until;
    }
    if let Some(total) = bar.total {
        let [low, high] = total.ends().map(|end| columns.x(end));
        if high - low > 2 {
            let middle = i32::midpoint(top, bottom);
            page.marks.extend([
                rule(low, middle, high, middle + 1, Colour::BLACK),
                rule(low, middle - 3, low + 1, middle + 4, Colour::BLACK),
                rule(high, middle - 3, high + 1, middle + 4, Colour::BLACK),
            ]);
        }
    }
    let number = number(bar);
    page.write((RIGHT, line), Anchor::End, SMALL, Colour::FAINT_INK, &number);
    let left = RIGHT - font::width(&number, SMALL);
    spots.push(Spot::Within(Area { left, top, right: RIGHT, bottom }));
    spots
}

/// A dashed line through the bars of a group.
fn floor_at(x: i32, top: i32, bottom: i32) -> Vec<Mark> {
    let tops = (top..bottom).step_by(6);
    tops.map(|top| rule(x - 1, top, x + 1, (top + 4).min(bottom), Colour::BLACK)).collect()
}

/// Numbers below the last bar, and what they count.
fn numbers(page: &mut Page, columns: &Columns) {
    for (number, label) in &columns.scale.ticks {
        let at = (columns.x(*number), page.bottom + 16);
        page.write(at, Anchor::Middle, SMALL, Colour::FAINT_INK, label);
    }
    let middle = i32::midpoint(columns.names + APART, columns.right);
    let at = (middle, page.bottom + 36);
    page.write(at, Anchor::Middle, SMALL, Colour::INK, &columns.scale.title);
    page.bottom += 40;
}

/// The categories that are drawn.
fn legend(page: &mut Page, groups: &[Group]) {
    const SWATCH: i32 = 12;
    const BESIDE: i32 = 6;
    const BETWEEN: i32 = 20;
    const LINE: i32 = 20;
    let parts = drawn(groups).into_iter().map(|part| (Some(part), part.title().to_owned()));
    let floor = groups.iter().any(|group| group.floor().is_some());
    let floor = floor.then(|| (None, format!("floor: {FLOOR}")));
    let (mut x, mut top) = (LEFT, page.bottom + 6);
    for (entry, (part, title)) in parts.chain(floor).enumerate() {
        let width = SWATCH + BESIDE + font::width(&title, SMALL);
        if x > LEFT && x + width > RIGHT {
            (x, top) = (LEFT, top + LINE);
        }
        let area = Area { left: x, top, right: x + SWATCH, bottom: top + SWATCH };
        let mut marks = match part {
            Some(part) => vec![Mark::Fill { area, colour: part.colour() }],
            None => floor_at(x + SWATCH / 2, top - 2, top + SWATCH + 2),
        };
        let at = (x + SWATCH + BESIDE, top + SWATCH - 2);
        marks.push(words(at, Anchor::Start, SMALL, Colour::INK, &title));
        page.put(Role::Entry(entry), marks);
        x += width + BETWEEN;
    }
    page.bottom = top + SWATCH + 4;
}
