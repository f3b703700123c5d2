//! How lines are told apart: colour, dashes and marker together.

use super::style::{Colour, Mark, Point};

/// Lines of one figure at most; more cannot be told apart.
pub(super) const MOST_LINES: usize = 12;

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub colour: Colour,
    dash: Dash,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dash {
    Solid,
    Long,
    Dotted,
    Mixed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Disc,
    Square,
    Triangle,
    Diamond,
    Fallen,
}

const COLOURS: [Colour; 7] = [
    Colour::BLUE,
    Colour::VERMILION,
    Colour::GREEN,
    Colour::PURPLE,
    Colour::ORANGE,
    Colour::SKY,
    Colour::BLACK,
];
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Long, Dash::Dotted, Dash::Mixed];
const SHAPES: [Shape; 5] =
    [Shape::Disc, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::Fallen];

/// Width of a line in pixels.
const WIDTH: f64 = 2.0;

impl Look {
    /// The look of the n-th line.
    pub const fn nth(number: usize) -> Self {
        Self::of(number, number)
    }

    /// The look of a line of a group, which has its colour, and of a part, which has its dashes.
    pub const fn of(group: usize, part: usize) -> Self {
        Self {
            colour: COLOURS[group % COLOURS.len()],
            dash: DASHES[part % DASHES.len()],
            shape: SHAPES[part % SHAPES.len()],
        }
    }

    /// The dashes of a part, whatever group it is of.
    pub const fn plain(part: usize) -> Self {
        Self { colour: Colour::DARK, ..Self::of(0, part) }
    }

    /// A line through points.
    pub fn line(self, points: &[Point]) -> Vec<Mark> {
        let pieces = match self.dash {
            Dash::Solid => vec![points.to_vec()],
            Dash::Long => dashes(points, &[9.0, 4.0]),
            Dash::Dotted => dashes(points, &[2.5, 2.5]),
            Dash::Mixed => dashes(points, &[9.0, 3.0, 2.5, 3.0]),
        };
        let path = |points| Mark::Path { points, colour: self.colour, width: WIDTH };
        pieces.into_iter().filter(|points| points.len() > 1).map(path).collect()
    }

    /// A marker at a point.
    pub fn marker(self, at: Point) -> Mark {
        const SIZE: f64 = 4.0;
        let (x, y) = at;
        let colour = self.colour;
        let region = |corners: &[(f64, f64)]| {
            let points = corners.iter().map(|(right, down)| (x + right * SIZE, y + down * SIZE));
            Mark::Region { points: points.collect(), colour, percent: 100 }
        };
        match self.shape {
            Shape::Disc => Mark::Disc { at, radius: SIZE, colour },
            Shape::Square => region(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Shape::Triangle => region(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
            Shape::Diamond => region(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
            Shape::Fallen => region(&[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)]),
        }
    }

    /// A band between an upper and a lower edge.
    pub fn band(self, upper: &[Point], lower: &[Point]) -> Mark {
        let points = upper.iter().chain(lower.iter().rev()).copied().collect();
        Mark::Region { points, colour: self.colour, percent: 18 }
    }

    /// The interval of a point that stands alone.
    pub fn whisker(self, ends: [Point; 2]) -> Mark {
        Mark::Path { points: ends.to_vec(), colour: self.colour, width: 1.5 }
    }
}

/// The pieces of a line that are drawn if it is drawn and lifted for these lengths in turn.
fn dashes(points: &[Point], lengths: &[f64]) -> Vec<Vec<Point>> {
    let Some(first) = points.first() else { return Vec::new() };
    let mut pieces = vec![vec![*first]];
    let (mut turn, mut left) = (0, lengths[0]);
    for ends in points.windows(2) {
        let [(mut x, mut y), (to_x, to_y)] = [ends[0], ends[1]];
        loop {
            let far = libm::hypot(to_x - x, to_y - y);
            let drawn = turn % 2 == 0;
            if far < left {
                left -= far;
                if let Some(piece) = pieces.last_mut().filter(|_| drawn) {
                    piece.push((to_x, to_y));
                }
                break;
            }
            x += (to_x - x) * left / far.max(left);
            y += (to_y - y) * left / far.max(left);
            if drawn {
                if let Some(piece) = pieces.last_mut() {
                    piece.push((x, y));
                }
            } else {
                pieces.push(vec![(x, y)]);
            }
            turn = (turn + 1) % lengths.len();
            left = lengths[turn];
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_lines_look_alike() {
        for number in 0..MOST_LINES {
            for other in 0..number {
                assert_ne!(Look::nth(number), Look::nth(other), "{number} and {other}");
            }
        }
    }

    #[test]
    fn dashes_follow_the_line_around_corners() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[6.0, 2.0]);
        assert_eq!(
            pieces,
            [
                vec![(0.0, 0.0), (6.0, 0.0)],
                vec![(8.0, 0.0), (10.0, 0.0), (10.0, 4.0)],
                vec![(10.0, 6.0), (10.0, 10.0)],
            ]
        );
        assert!(dashes(&[], &[6.0, 2.0]).is_empty());
    }
}
