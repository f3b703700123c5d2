//! Marks, colours and sizes that all figures share.

use super::layer::Layer;

/// A colour, opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub u8, pub u8, pub u8);

/// Colours that the colour-blind tell apart too (Okabe and Ito), and greys.
impl Colour {
    pub const BLUE: Self = Self(0x00, 0x72, 0xB2);
    pub const SKY: Self = Self(0x56, 0xB4, 0xE9);
    pub const ORANGE: Self = Self(0xE6, 0x9F, 0x00);
    pub const GREEN: Self = Self(0x00, 0x9E, 0x73);
    pub const VERMILION: Self = Self(0xD5, 0x5E, 0x00);
    pub const PURPLE: Self = Self(0xCC, 0x79, 0xA7);
    pub const YELLOW: Self = Self(0xF0, 0xE4, 0x42);
    pub const BLACK: Self = Self(0x00, 0x00, 0x00);
    pub const INK: Self = Self(0x1F, 0x1F, 0x1F);
    pub const FAINT_INK: Self = Self(0x55, 0x55, 0x55);
    pub const DARK: Self = Self(0x6E, 0x6E, 0x6E);
    pub const GREY: Self = Self(0xB8, 0xB8, 0xB8);
    pub const GRID: Self = Self(0xE6, 0xE6, 0xE6);
}

/// Sizes of letters in pixels.
pub(super) const TITLE: i32 = 16;
pub(super) const NAME: i32 = 13;
pub(super) const SMALL: i32 = 12;

/// A rectangle: from `left` and `top` up to, without, `right` and `bottom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// Which end of its words a text is placed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A point between pixels.
pub(super) type Point = (f64, f64);

/// What a figure is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A filled area.
    Fill { area: Area, colour: Colour },
    /// A line of one pixel.
    Line { from: (i32, i32), to: (i32, i32), colour: Colour },
    /// A line through points, so many pixels wide.
    Path { points: Vec<Point>, colour: Colour, width: f64 },
    /// The inside of a polygon, so many percent opaque.
    Region { points: Vec<Point>, colour: Colour, percent: u8 },
    /// A disc.
    Disc { at: Point, radius: f64, colour: Colour },
    /// Words on a line; `at` is the point of that line where they are anchored.
    Text { at: (i32, i32), anchor: Anchor, size: i32, colour: Colour, words: String },
}

/// How finely places are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// In whole pixels: bars and words need no more.
    Whole,
    /// In tenths of a pixel, as curves need; a PNG is smoothed.
    Fine,
}

/// A figure before it is painted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub grain: Grain,
    pub width: i32,
    pub height: i32,
    pub marks: Vec<Mark>,
    /// In the order of the marks; none has a mark of another.
    pub layers: Vec<Layer>,
    /// What it is, in a line.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub description: String,
    /// Where it comes from.
    pub metadata: String,
}

/// The area outlined and hatched: what is not there.
pub(super) fn hatch(area: Area, colour: Colour) -> Vec<Mark> {
    const STEP: i32 = 6;
    let Area { left, top, right, bottom } = area;
    let edges = [
        Area { bottom: top + 1, ..area },
        Area { top: bottom - 1, ..area },
        Area { right: left + 1, ..area },
        Area { left: right - 1, ..area },
    ];
    let mut marks: Vec<_> = edges.map(|area| Mark::Fill { area, colour }).to_vec();
    let height = bottom - top;
    // Every stroke would rise through the whole height, one pixel to the right for each it rises.
    for foot in (left - height..right).filter(|foot| foot.rem_euclid(STEP) == 0) {
        let (from, to) = (foot.max(left), (foot + height).min(right));
        if from < to {
            let rise = |x: i32| bottom - (x - foot);
            marks.push(Mark::Line { from: (from, rise(from)), to: (to, rise(to)), colour });
        }
    }
    marks
}

/// `text` without what XML cannot hold and what breaks a line.
pub(super) fn clean(text: &str) -> String {
    let unfit = |c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.chars().map(|c| if unfit(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hatch_stays_within_its_area() {
        for right in [11, 12, 17, 300] {
            let area = Area { left: 10, top: 50, right, bottom: 70 };
            let marks = hatch(area, Colour::DARK);
            assert!(right < 17 || marks.len() > 4, "there are strokes");
            for mark in &marks {
                let corners = match mark {
                    Mark::Fill { area, .. } => [(area.left, area.top), (area.right, area.bottom)],
                    Mark::Line { from, to, .. } => [*from, *to],
                    Mark::Path { .. }
                    | Mark::Region { .. }
                    | Mark::Disc { .. }
                    | Mark::Text { .. } => panic!("a hatch has areas and lines only"),
                };
                for (x, y) in corners {
                    assert!((10..=right).contains(&x) && (50..=70).contains(&y), "{mark:?}");
                }
            }
        }
    }
}
