//! The page of means: a line for each point and policy, a column for each figure.

use crate::report::text::span;
use crate::results::Outline;
use crate::results::summary::Cell;
use crate::results::table::plain;
use crate::statistics::Mean;

/// The cells as a table, points and policies in their order.
pub(super) fn page(outline: &Outline, figures: &[String], cells: &[Cell]) -> String {
    let axes = outline.axes.iter().map(|axis| axis.name.clone());
    let head = axes.chain(["policy".to_owned(), "n".to_owned()]).chain(figures.iter().cloned());
    let mut rows = vec![head.collect::<Vec<_>>()];
    rows.extend(cells.chunk_by(same_line).map(|line| row(outline, line)));
    let left = outline.axes.len() + 1;
    let mut text = aligned(&rows, left);
    let failed: u64 = cells.chunk_by(same_line).map(|line| line[0].failed).sum();
    text += "means over seeds with 95 % intervals (Student t)\n";
    for figure in figures {
        let mut own = cells.iter().filter(|cell| cell.figure == *figure).peekable();
        if own.peek().is_some() && own.all(|cell| cell.mean.is_none()) {
            text += &format!("no run has a number for {figure}\n");
        }
    }
    if failed > 0 {
        text += &format!("{failed} runs failed and are left out\n");
    }
    text
}

fn same_line(one: &Cell, other: &Cell) -> bool {
    one.point == other.point && one.policy == other.policy
}

fn row(outline: &Outline, line: &[Cell]) -> Vec<String> {
    let cell = &line[0];
    let at = outline.axes.iter().map(|axis| cell.at.get(&axis.name).map(plain).unwrap_or_default());
    let passed = passed(cell);
    let figures = line.iter().map(|cell| match cell.mean {
        Some(mean) if mean.n == passed => shown(&cell.figure, &mean),
        Some(mean) => format!("{} (n {})", shown(&cell.figure, &mean), mean.n),
        None => "-".to_owned(),
    });
    at.chain([cell.policy.clone(), passed.to_string()]).chain(figures).collect()
}

/// Trials of the line that count.
fn passed(cell: &Cell) -> u64 {
    cell.mean.map_or(0, |mean| mean.n) + cell.without
}

/// A mean with its interval.
pub(in crate::cli) fn shown(figure: &str, mean: &Mean) -> String {
    let value = value(figure, mean.mean, mean.half_width);
    match mean.half_width {
        Some(half) => format!("{value} ± {}", self::value(figure, half, mean.half_width)),
        None => value,
    }
}

/// A number, with so many digits as its interval leaves it.
pub(in crate::cli) fn value(figure: &str, value: f64, half_width: Option<f64>) -> String {
    if figure.ends_with("_ns") {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time that a run shows, without its sign, fits; a fraction of one is none"
        )]
        let nanos = value.abs().round() as u64;
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", span(nanos));
    }
    let finest = half_width.filter(|half| *half > 0.0).unwrap_or(value.abs() / 1e4);
    if finest <= 0.0 {
        return "0".to_owned();
    }
    let digits = (0..9).find(|digits| finest * 10f64.powi(*digits) >= 10.0).unwrap_or(9);
    let digits = usize::try_from(digits).expect("0 to 9");
    format!("{value:.digits$}")
}

/// Lines of columns, of which so many stand to the left.
pub(in crate::cli) fn aligned(rows: &[Vec<String>], left: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cell = |(column, cell): (usize, &String)| {
            let padding = " ".repeat(widths[column] - cell.chars().count());
            if column < left { format!("{cell}{padding}") } else { format!("{padding}{cell}") }
        };
        let line = row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
