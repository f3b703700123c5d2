//! Which marks of a figure belong together, and where its numbers stand: what a page needs that a
//! picture does not.

use super::page::pixel;
use super::style::{Area, Mark, Point};
use std::ops::Range;

/// Marks that lie on one another in the list and belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layer {
    pub marks: Range<usize>,
    pub role: Role,
}

/// What marks are to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The title.
    Title,
    /// The entry of the legend with this number.
    Entry(usize),
    /// What is drawn of these entries of the legend.
    Of(Vec<usize>),
    /// Words on a colour: both stay as they are, in the dark too.
    Fixed,
}

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spot {
    At(Point),
    Within(Area),
}

impl Spot {
    /// The place in units of which a pixel has so many: of a point `x y`, of an area `left top right
    /// bottom`.
    pub fn scaled(self, units: i32) -> Vec<i32> {
        match self {
            Self::At((x, y)) => [x, y].map(|place| pixel(place * f64::from(units))).to_vec(),
            Self::Within(Area { left, top, right, bottom }) => {
                [left, top, right, bottom].map(|place| place * units).to_vec()
            }
        }
    }
}

impl Layer {
    /// Puts marks on the end of `marks`, and notes what they are.
    pub fn put(
        (marks, layers): (&mut Vec<Mark>, &mut Vec<Self>),
        role: Role,
        more: impl IntoIterator<Item = Mark>,
    ) {
        let begin = marks.len();
        marks.extend(more);
        if begin < marks.len() {
            layers.push(Self { marks: begin..marks.len(), role });
        }
    }
}
