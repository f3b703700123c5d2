//! Lines of any width.

use super::{Medium, Painted, rgb};
use crate::plots::style::{Colour, Point};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, Color as _, DrawingArea, DrawingBackend, PathElement, Polygon, Rectangle,
};

/// Draws a line through `points`, of this colour and width.
pub(super) fn path<B: DrawingBackend>(
    canvas: &DrawingArea<B, Shift>,
    points: &[Point],
    (colour, width): (Colour, f64),
    medium: Medium,
) -> Painted<B> {
    match medium {
        Medium::Svg | Medium::FineSvg => {
            let points: Vec<_> = points.iter().map(|point| medium.point(*point)).collect();
            let width = u32::try_from(medium.length(width)).expect("a width");
            canvas.draw(&PathElement::new(points, rgb(colour).stroke_width(width)))
        }
        Medium::Bitmap | Medium::FineBitmap => joined(canvas, points, (colour, width), medium),
    }
}

/// Strokes with a disc where two meet. The library's own wide lines grow spikes at sharp turns.
fn joined<B: DrawingBackend>(
    canvas: &DrawingArea<B, Shift>,
    points: &[Point],
    (colour, width): (Colour, f64),
    medium: Medium,
) -> Painted<B> {
    let style = rgb(colour).filled();
    for ends in points.windows(2) {
        let ([x, y], [to_x, to_y]) = ([ends[0].0, ends[0].1], [ends[1].0, ends[1].1]);
        let half = width / 2.0;
        if (x - to_x).abs() < 0.01 || (y - to_y).abs() < 0.01 {
            let (across, along) = if (x - to_x).abs() < 0.01 { (half, 0.0) } else { (0.0, half) };
            let corners = [
                (x.min(to_x) - across, y.min(to_y) - along),
                (x.max(to_x) + across, y.max(to_y) + along),
            ];
            canvas.draw(&Rectangle::new(corners.map(|point| medium.point(point)), style))?;
            continue;
        }
        let length = libm::hypot(to_x - x, to_y - y);
        let (aside_x, aside_y) = ((y - to_y) / length * half, (to_x - x) / length * half);
        let corners = [
            (x + aside_x, y + aside_y),
            (to_x + aside_x, to_y + aside_y),
            (to_x - aside_x, to_y - aside_y),
            (x - aside_x, y - aside_y),
        ];
        let corners: Vec<_> = corners.iter().map(|point| medium.point(*point)).collect();
        canvas.draw(&Polygon::new(corners, style))?;
    }
    for joint in points.iter().skip(1).take(points.len().saturating_sub(2)) {
        let radius = medium.length(width / 2.0);
        canvas.draw(&Circle::new(medium.point(*joint), radius, style))?;
    }
    Ok(())
}
