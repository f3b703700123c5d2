//! A folder that holds all rows of an experiment gets them as files too: rows in their order, the same
//! as a table, and their means. Each is published at once or not at all, and is the same whoever made
//! the rows and in however many parts.

use super::super::exit::Failure;
use super::super::shelf::Shelf;
use crate::results::chunk::Numbered;
use crate::results::summary::{Cell, Summary};
use crate::results::table::{self, Columns, plain};
use crate::results::trial::Trial;
use crate::results::{Outline, merge};

/// The rows as lines of JSON.
pub(in crate::cli) const ROWS: &str = "rows.jsonl";
/// The rows as a table, without curves.
const TABLE: &str = "rows.csv";
/// Means with intervals: a line for each point, policy and figure.
const MEANS: &str = "summary.csv";

/// Gives every lot to `take`, in the order of the experiment.
pub(super) fn each_lot(
    shelf: &Shelf,
    take: impl FnMut(Numbered<Vec<Trial>>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    merge::in_order(shelf.layout, |place| shelf.rows(place), take)
}

/// Gives every row to `take`, in the order of the experiment.
fn each(shelf: &Shelf, mut take: impl FnMut(Trial) -> Result<(), Failure>) -> Result<(), Failure> {
    each_lot(shelf, |lot| lot.row.into_iter().try_for_each(&mut take))
}

/// Writes the files of a folder that is complete.
pub(super) fn publish(shelf: &Shelf, outline: &Outline) -> Result<(), Failure> {
    let axes: Vec<_> = outline.axes.iter().map(|axis| axis.name.clone()).collect();
    let mut columns = Columns::new(axes.clone());
    each(shelf, |trial| {
        columns.add(&trial);
        Ok(())
    })?;
    let mut summary = Summary::new(outline, None);
    let folder = shelf.first();
    folder.publish_by(MEANS, |means| {
        means.write(head(&axes).as_bytes())?;
        folder.publish_by(TABLE, |lines| {
            lines.write(columns.head().as_bytes())?;
            folder.publish_by(ROWS, |rows| {
                each(shelf, |trial| {
                    rows.write(table::json(&trial).as_bytes())?;
                    lines.write(columns.line(&trial).as_bytes())?;
                    means.write(text(&axes, &summary.take(&trial)).as_bytes())
                })
            })
        })?;
        means.write(text(&axes, &summary.finish()).as_bytes())
    })
}

/// Columns of means beside point and axes.
const COLUMNS: [&str; 8] =
    ["policy", "figure", "n", "mean", "half_width", "deviation", "without", "failed"];

fn head(axes: &[String]) -> String {
    let axes = axes.iter().map(String::as_str);
    table::line(std::iter::once("point").chain(axes).chain(COLUMNS))
}

fn text(axes: &[String], cells: &[Cell]) -> String {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let line = |cell: &Cell| {
        let Cell { point, at, policy, figure, mean, without, failed } = cell;
        let at = axes.iter().map(|axis| at.get(axis).map(plain).unwrap_or_default());
        let [value, half, deviation] = [
            mean.map(|mean| mean.mean),
            mean.and_then(|mean| mean.half_width),
            mean.and_then(|mean| mean.deviation),
        ]
        .map(number);
        let n = mean.map_or(0, |mean| mean.n).to_string();
        let counts = [without.to_string(), failed.to_string()];
        let fields = [policy.clone(), figure.clone(), n, value, half, deviation];
        table::line(std::iter::once(point.to_string()).chain(at).chain(fields).chain(counts))
    };
    cells.iter().map(line).collect()
}
