//! The numbers of a figure as they are drawn.

use super::layer::Spot;
use super::unit::Unit;

/// One drawn number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Datum {
    /// Which line, bar or row of cells.
    pub series: String,
    /// Where: a number of the base unit, or a word.
    pub x: String,
    /// What; none: a gap.
    pub y: Option<f64>,
    /// The ends of its interval.
    pub ends: Option<[f64; 2]>,
    /// How many values it is the mean of.
    pub n: usize,
    pub units: Units,
    /// Where it stands; none: nowhere, it is a gap.
    pub spot: Option<Spot>,
    /// The entries of the legend that it is of.
    pub of: Vec<usize>,
}

/// What the parts of a datum count; none: they are words, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Units {
    pub x: Option<Unit>,
    pub y: Option<Unit>,
    pub ends: Option<Unit>,
}

/// What the columns of the numbers are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heads {
    pub series: String,
    pub x: String,
    pub y: String,
}

/// The numbers as CSV. Numbers are of the base units: bytes, nanoseconds, bits per second, shares.
pub(super) fn csv(data: &[Datum]) -> String {
    let mut text = "x,y,low,high,n,series\n".to_owned();
    for Datum { series, x, y, ends, n, .. } in data {
        let number = |number: Option<f64>| number.map_or_else(String::new, |n| n.to_string());
        let [low, high] = [ends.map(|ends| ends[0]), ends.map(|ends| ends[1])].map(number);
        let [x, series] = [x, series].map(|words| quoted(words));
        text.push_str(&format!("{x},{},{low},{high},{n},{series}\n", number(*y)));
    }
    text
}

fn quoted(words: &str) -> String {
    if words.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", words.replace('"', "\"\""));
    }
    words.to_owned()
}
