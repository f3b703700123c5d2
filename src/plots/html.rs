//! A figure as an HTML page that needs nothing else. Its marks are those of the SVG; each drawn
//! number is a row of a table, and a script finds the row of a mark by the place that the layout gave
//! it. With scripts off, the figure stands still and the table is there.

mod drawing;
mod listed;
mod numbers;

use super::Drawn;
use super::layer::{Layer, Role};
use super::style::Figure;
use super::unit::factors;
use crate::page::assets::{BASE, bare};
use crate::page::document::Document;
use crate::page::html::text;
use listed::Listed;
use serde_json::{Value, json};

/// The page; `line` makes it again.
pub(super) fn page(drawn: &Drawn, line: &str) -> String {
    let listed = Listed::of(&drawn.data);
    let body = body(drawn, &listed, line);
    let style = BASE.into_iter().chain([STYLE]).map(bare).collect::<String>();
    let script = format!("(()=>{{\n\"use strict\";\n{}}})();\n", SCRIPTS.map(bare).concat());
    let (title, data) = (&text(&drawn.figure.title), &data(drawn, &listed));
    Document { title, style: &style, body: &body, data, script: &script }.html()
}

fn body(drawn: &Drawn, listed: &Listed, line: &str) -> String {
    let figure = &drawn.figure;
    let lines = figure.metadata.lines().map(|line| format!("<li>{}</li>", text(line)));
    format!(
        "<header><h1 id=\"heading\">{}</h1></header>\n<main>\n\
         <figure id=\"plot\" class=\"plot scroll\" tabindex=\"0\" aria-labelledby=\"heading\">\n{}\
         </figure>\n{}\
         <section>\n<h2 id=\"table\">Numbers</h2>\n{}</section>\n\
         <section>\n<h2>Where it comes from</h2>\n<ul class=\"origin\">{}</ul>\n\
         <p>This line makes the page again:</p>\n<pre id=\"again\"><code>{}</code></pre>\n</section>\n</main>\n",
        text(&figure.title),
        drawing::svg(figure),
        hint(figure),
        numbers::section(&drawn.heads, listed),
        lines.collect::<String>(),
        text(line),
    )
}

/// What can be done with a script, which shows it; and where numbers are told.
fn hint(figure: &Figure) -> String {
    let is_entry = |layer: &Layer| matches!(layer.role, Role::Entry(_));
    let has_legend = figure.layers.iter().any(is_entry);
    let legend = if has_legend { " Press a name in the legend to dim the others." } else { "" };
    format!(
        "<p class=\"note hint\" hidden>Point at a mark to see its numbers, or go to the figure with \
         <kbd>Tab</kbd> and from mark to mark with the arrow keys.{legend}</p>\n\
         <div id=\"tip\" role=\"status\" hidden></div>\n"
    )
}

/// What the script has to know: where the rows of the table stand in the figure, in its own measure;
/// runs of rows that are of the same entries of the legend; and how much a sign stands for.
fn data(drawn: &Drawn, listed: &Listed) -> Value {
    let scale = drawing::scale(&drawn.figure);
    let spots = listed.rows.iter().map(|datum| datum.spot.map(|spot| spot.scaled(scale)));
    let mut of: Vec<(usize, &[usize])> = Vec::new();
    for datum in &listed.rows {
        match of.last_mut() {
            Some((count, entries)) if *entries == datum.of => *count += 1,
            _ => of.push((1, &datum.of)),
        }
    }
    json!({ "spots": spots.collect::<Vec<_>>(), "of": of, "factors": factors() })
}

const STYLE: &str = include_str!("assets/figure.css");

/// Each begins with what the ones before it made.
const SCRIPTS: [&str; 4] = [
    include_str!("assets/figure.js"),
    include_str!("assets/legend.js"),
    include_str!("assets/points.js"),
    include_str!("assets/sort.js"),
];
