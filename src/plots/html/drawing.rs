//! The figure within a page: the marks of the SVG, in groups that a script can find.

use crate::page::html::text;
use crate::plots::layer::{Layer, Role};
use crate::plots::paint;
use crate::plots::style::{Figure, Grain};

/// Units of the drawing for each pixel of the layout.
pub(super) const fn scale(figure: &Figure) -> i32 {
    match figure.grain {
        Grain::Whole => 1,
        Grain::Fine => 10,
    }
}

/// The drawing.
pub(super) fn svg(figure: &Figure) -> String {
    let Figure { width, height, .. } = figure;
    let scale = scale(figure);
    format!(
        "<svg viewBox=\"0 0 {} {}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"heading\" aria-describedby=\"description\">\n\
         <desc id=\"description\">{}</desc>\n{}</svg>\n",
        width * scale,
        height * scale,
        text(&figure.description),
        groups(figure),
    )
}

/// Every mark in its order, those of a layer in a group.
fn groups(figure: &Figure) -> String {
    let (mut drawn, mut next) = (String::new(), 0);
    for Layer { marks, role } in &figure.layers {
        drawn.push_str(&paint::elements(figure, next..marks.start));
        let elements = paint::elements(figure, marks.clone());
        let attribute = match role {
            Role::Entry(entry) => format!("data-entry=\"{entry}\""),
            Role::Of(entries) => {
                let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
                format!("data-of=\"{}\"", entries.join(" "))
            }
            Role::Title => "class=\"title\"".to_owned(),
            Role::Fixed => "class=\"fixed\"".to_owned(),
        };
        drawn.push_str(&format!("<g {attribute}>\n{elements}</g>\n"));
        next = marks.end;
    }
    drawn.push_str(&paint::elements(figure, next..figure.marks.len()));
    drawn
}
