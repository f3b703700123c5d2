//! The numbers of a page as a table.

use super::listed::Listed;
use crate::page::html::text;
use crate::plots::data::{Datum, Heads};
use crate::plots::unit::Unit;

/// Rows that are printed.
const MOST_ON_PAPER: usize = 150;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Series,
    X,
    Y,
    Low,
    High,
    Count,
}

impl Column {
    const ALL: [Self; 6] = [Self::Series, Self::X, Self::Y, Self::Low, Self::High, Self::Count];

    /// What stands above it.
    fn head(self, heads: &Heads) -> &str {
        match self {
            Self::Series => &heads.series,
            Self::X => &heads.x,
            Self::Y => &heads.y,
            Self::Low => "from",
            Self::High => "to",
            Self::Count => "n",
        }
    }

    /// What stands in it; empty: nothing does.
    fn cell(self, datum: &Datum) -> String {
        let number = |number: Option<f64>, unit: Option<Unit>| match (number, unit) {
            (Some(number), Some(unit)) => unit.exact(number),
            (Some(number), None) => number.to_string(),
            (None, _) => String::new(),
        };
        let end = |which: usize| number(datum.ends.map(|ends| ends[which]), datum.units.ends);
        match self {
            Self::Series => datum.series.clone(),
            Self::X => match (datum.units.x, datum.x.parse()) {
                (Some(unit), Ok(number)) => unit.exact(number),
                _ => datum.x.clone(),
            },
            Self::Y => number(datum.y, datum.units.y),
            Self::Low => end(0),
            Self::High => end(1),
            Self::Count => datum.n.to_string(),
        }
    }

    /// Whether it has anything to say that is not the same everywhere.
    fn tells(self, rows: &[&Datum]) -> bool {
        match self {
            Self::Series | Self::X | Self::Y => true,
            Self::Low | Self::High => rows.iter().any(|datum| datum.ends.is_some()),
            Self::Count => rows.iter().any(|datum| datum.n != 1),
        }
    }
}

/// What is said of the numbers, and the table.
pub(super) fn section(heads: &Heads, listed: &Listed) -> String {
    let columns: Vec<_> =
        Column::ALL.into_iter().filter(|column| column.tells(&listed.rows)).collect();
    let cells =
        columns.iter().map(|column| format!("<th scope=\"col\">{}</th>", text(column.head(heads))));
    let is_long = listed.rows.len() > MOST_ON_PAPER;
    let mut html = format!(
        "<p class=\"note\">{}</p>\n<div class=\"scroll numbers-box{}\" role=\"region\" tabindex=\"0\" \
         aria-labelledby=\"table\">\n<table class=\"numbers\" id=\"numbers\">\n<thead><tr>{}</tr>\
         </thead>\n<tbody>\n",
        text(&said(listed, &columns)),
        if is_long { " long" } else { "" },
        cells.collect::<String>()
    );
    for datum in &listed.rows {
        html.push_str("<tr>");
        for column in &columns {
            let tag = if *column == Column::Series { "<th scope=\"row\">" } else { "<td>" };
            html.push_str(tag);
            html.push_str(&text(&column.cell(datum)));
        }
        html.push('\n');
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    if is_long {
        html.push_str("<p class=\"note on-paper\">They are too many for paper.</p>\n");
    }
    html
}

fn said(listed: &Listed, columns: &[Column]) -> String {
    let mut parts = vec![match listed.apart {
        None => format!("All {} numbers that are drawn", listed.all),
        Some(apart) => format!(
            "{} of {} numbers that are drawn: those at least {apart} px from the one before",
            listed.rows.len(),
            listed.all
        ),
    }];
    parts[0].push_str(", to six digits; with --data FILE.csv, plot writes all of them in full.");
    if columns.contains(&Column::Low) {
        parts.push(
            "From and to are the ends of a 95 % interval, or of a stretch of time.".to_owned(),
        );
    }
    if columns.contains(&Column::Count) {
        parts.push("n: values that a number is the mean of, one for each seed.".to_owned());
    }
    parts.join(" ")
}
