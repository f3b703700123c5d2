//! Where everything stands.

use super::super::font;
use super::super::layer::{Role, Spot};
use super::super::page::{LEFT, Page, RIGHT, words};
use super::super::style::{Anchor, Area, Colour, Mark, NAME, SMALL, TITLE, hatch};
use super::{Bar, Part, SAVED, drawn, pieces};

const TITLE_LINE: i32 = 34;
const LEGEND_TOP: i32 = 52;
const LEGEND_ROW: i32 = 22;
const SWATCH: i32 = 12;
/// Between the legend and the first bar's name.
const GAP: i32 = 18;
/// From one bar to the next.
const ROW: i32 = 54;
/// From a row's top to the line of its name, to its bar's top, and that bar's height.
const NAME_LINE: i32 = 10;
const BAR_TOP: i32 = 20;
const BAR: i32 = 20;
/// Below the last row: numbers, then what they count.
const NUMBERS: i32 = 10;
const UNIT: i32 = 34;
const BOTTOM: i32 = 52;

/// The page, and where the pieces of each bar stand.
pub(super) fn lay_out(bars: &[Bar]) -> (Page, Vec<Spot>) {
    let drawn = drawn(bars);
    let mut page = Page { marks: Vec::new(), layers: Vec::new(), bottom: LEGEND_TOP };
    let title = words((LEFT, TITLE_LINE), Anchor::Start, TITLE, Colour::INK, super::TITLE);
    page.put(Role::Title, [title]);
    legend(&mut page, bars, &drawn);
    let top = page.bottom + GAP;
    let rows = i32::try_from(bars.len()).expect("a figure has few bars");
    let bottom = top + rows * ROW;
    let axis = Axis::of(bars);
    page.marks.extend(axis.numbers_at(bottom));
    let (mut row, mut spots) = (top, Vec::new());
    for bar in bars {
        page.marks.extend(axis.grid(row));
        spots.extend(axis.bar(&mut page, (bar, &drawn), row));
        row += ROW;
    }
    page.bottom = bottom + BOTTOM;
    (page, spots)
}

/// Puts the legend on the page, with what is drawn only.
fn legend(page: &mut Page, bars: &[Bar], drawn: &[Part]) {
    const BESIDE_SWATCH: i32 = 6;
    const BETWEEN: i32 = 22;
    let mut entries: Vec<_> = drawn.iter().map(|part| (Some(part), part.title())).collect();
    if bars.iter().any(|bar| bar.saved > 0) {
        entries.push((None, SAVED));
    }
    let (mut x, mut top) = (LEFT, page.bottom);
    for (entry, (part, title)) in entries.into_iter().enumerate() {
        let width = SWATCH + BESIDE_SWATCH + font::width(title, SMALL);
        if x > LEFT && x + width > RIGHT {
            (x, top) = (LEFT, top + LEGEND_ROW);
        }
        let area = Area { left: x, top, right: x + SWATCH, bottom: top + SWATCH };
        let mut marks = match part {
            Some(part) => vec![Mark::Fill { area, colour: part.colour() }],
            None => hatch(area, Colour::DARK),
        };
        let at = (x + SWATCH + BESIDE_SWATCH, top + SWATCH - 2);
        marks.push(words(at, Anchor::Start, SMALL, Colour::INK, title));
        page.put(Role::Entry(entry), marks);
        x += width + BETWEEN;
    }
    page.bottom = top + SWATCH;
}

/// Bytes on the WAN per byte written, from 0 to the longest bar.
pub(super) struct Axis {
    /// Where the longest bar ends.
    end: f64,
    /// Between two numbers, in thousandths.
    step: u128,
}

impl Axis {
    pub fn of(bars: &[Bar]) -> Self {
        /// As many numbers as stand well beside one another.
        const MOST: f64 = 8.0;
        let longest = bars.iter().map(|bar| bar.ratio(bar.without_references()));
        let longest = longest.fold(0.0, f64::max);
        let end = if longest > 0.0 { longest } else { 1.0 };
        let powers = (0..36).map(|power| 10_u128.pow(power));
        let mut steps = powers.flat_map(|power| [power, 2 * power, 5 * power]);
        let step = steps.find(|step| end / thousandths(*step) <= MOST);
        Self { end, step: step.expect("the longest bar is shorter than 2^70") }
    }

    /// The numbers, in thousandths.
    pub fn numbers(&self) -> Vec<u128> {
        let multiples = (0_u128..).map(|number| number * self.step);
        multiples.take_while(|number| thousandths(*number) <= self.end).collect()
    }

    fn place(&self, ratio: f64) -> i32 {
        let share = (ratio / self.end).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, reason = "it lies within the figure")]
        let pixels = (share * f64::from(RIGHT - LEFT)).round() as i32;
        LEFT + pixels
    }

    /// Lines behind a bar, none behind its words.
    fn grid(&self, row: i32) -> Vec<Mark> {
        const BEYOND: i32 = 5;
        let (top, bottom) = (row + BAR_TOP - BEYOND, row + BAR_TOP + BAR + BEYOND);
        let line = |number: u128| {
            let x = self.place(thousandths(number));
            let colour = if number == 0 { Colour::FAINT_INK } else { Colour::GRID };
            Mark::Fill { area: Area { left: x, top, right: x + 1, bottom }, colour }
        };
        self.numbers().into_iter().map(line).collect()
    }

    /// The numbers and what they count, below the bars.
    fn numbers_at(&self, bottom: i32) -> Vec<Mark> {
        let mut marks = Vec::new();
        for number in self.numbers() {
            let x = self.place(thousandths(number));
            let (at, label) = ((x, bottom + NUMBERS), self.label(number));
            marks.push(words(at, Anchor::Middle, SMALL, Colour::FAINT_INK, &label));
        }
        let (at, unit) =
            ((i32::midpoint(LEFT, RIGHT), bottom + UNIT), "bytes on the WAN per byte written");
        marks.push(words(at, Anchor::Middle, SMALL, Colour::INK, unit));
        marks
    }

    /// A number with as many digits after the point as the step has.
    pub fn label(&self, number: u128) -> String {
        let digits = match self.step {
            step if step.is_multiple_of(1000) => 0,
            step if step.is_multiple_of(100) => 1,
            step if step.is_multiple_of(10) => 2,
            _ => 3,
        };
        format!("{:.digits$}", thousandths(number))
    }

    /// Draws a report's name, what it saved, and its bar; where the pieces of the bar stand.
    fn bar(&self, page: &mut Page, (bar, drawn): (&Bar, &[Part]), row: i32) -> Vec<Spot> {
        const APART: i32 = 16;
        let line = row + NAME_LINE;
        let room = RIGHT - LEFT - APART - font::width(&bar.saved_words, NAME);
        let name = font::shorten(&bar.name, NAME, room);
        page.write((LEFT, line), Anchor::Start, NAME, Colour::INK, &name);
        page.write((RIGHT, line), Anchor::End, NAME, Colour::FAINT_INK, &bar.saved_words);
        let (top, bottom) = (row + BAR_TOP, row + BAR_TOP + BAR);
        let (mut spots, mut before) = (Vec::new(), 0);
        for (entry, _, bytes) in pieces(bar, drawn) {
            let until = before + bytes;
            let [left, right] = [before, until].map(|bytes| self.place(bar.ratio(bytes)));
            let area = Area { left, top, right, bottom };
            if left < right {
                let marks = match drawn.get(entry) {
                    Some(part) => vec![Mark::Fill { area, colour: part.colour() }],
                    None => hatch(area, Colour::DARK),
                };
                page.put(Role::Of(vec![entry]), marks);
            }
            spots.push(Spot::Within(area));
            before = until;
        }
        spots
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number on an axis has few digits")]
fn thousandths(number: u128) -> f64 {
    number as f64 / 1000.0
}
