//! Which numbers a page lists: all, or those that the picture tells apart.

use crate::plots::data::Datum;
use crate::plots::layer::Spot;

/// Rows of a page at most, lest it grow beyond 250 KB.
const MOST: usize = 1500;

/// The numbers of a page.
pub(super) struct Listed<'a> {
    pub rows: Vec<&'a Datum>,
    /// How many there are in all.
    pub all: usize,
    /// Pixels that two neighbours of a line are apart at least; none: all are listed.
    pub apart: Option<f64>,
}

impl<'a> Listed<'a> {
    /// All numbers if they are few. Else those of each line that are so far from the one before that
    /// few are left; the first and the last of a line always are.
    pub fn of(data: &'a [Datum]) -> Self {
        let all = data.len();
        if all <= MOST {
            return Self { rows: data.iter().collect(), all, apart: None };
        }
        let mut apart = 1.0;
        loop {
            let rows = apart_by(data, apart);
            // The ends of lines are few, but nobody promised.
            if rows.len() <= MOST || apart > 4096.0 {
                return Self { rows, all, apart: Some(apart) };
            }
            apart *= 2.0;
        }
    }
}

fn apart_by(data: &[Datum], apart: f64) -> Vec<&Datum> {
    let mut rows: Vec<&Datum> = Vec::new();
    for line in data.chunk_by(|one, other| one.series == other.series) {
        let mut last: Option<&Datum> = None;
        for (place, datum) in line.iter().enumerate() {
            let is_end = place + 1 == line.len();
            if is_end || last.is_none_or(|last| distance(last, datum) >= apart) {
                rows.push(datum);
                last = Some(datum);
            }
        }
    }
    rows
}

/// Pixels between two numbers; infinite where one stands nowhere, or is not a point.
fn distance(one: &Datum, other: &Datum) -> f64 {
    match (one.spot, other.spot) {
        (Some(Spot::At(one)), Some(Spot::At(other))) => {
            libm::hypot(one.0 - other.0, one.1 - other.1)
        }
        (
            Some(Spot::At(_) | Spot::Within(_)) | None,
            Some(Spot::At(_) | Spot::Within(_)) | None,
        ) => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::data::Units;

    fn line(series: &str, points: impl Iterator<Item = (f64, f64)>) -> Vec<Datum> {
        let datum = |(x, y): (f64, f64)| Datum {
            series: series.to_owned(),
            x: x.to_string(),
            y: Some(y),
            ends: None,
            n: 1,
            units: Units::default(),
            spot: Some(Spot::At((x, y))),
            of: Vec::new(),
        };
        points.map(datum).collect()
    }

    #[test]
    fn few_numbers_are_all_listed() {
        let data = line("a", (0..1500).map(|place| (f64::from(place) / 1e6, 0.0)));
        let listed = Listed::of(&data);
        assert_eq!((listed.rows.len(), listed.apart), (1500, None));
    }

    #[test]
    fn of_many_those_that_are_told_apart_and_the_ends() {
        let at = |place: i32| (f64::from(place) / 10.0, if place == 777 { 99.0 } else { 0.0 });
        let mut data = line("a", (0..7000).map(at));
        data.extend(line("b", (0..20).map(|place| (f64::from(place) / 1e3, 0.0))));
        let listed = Listed::of(&data);
        assert_eq!((listed.all, listed.apart), (7020, Some(1.0)));
        let of = |series: &str| {
            let rows = listed.rows.iter().filter(|row| row.series == series);
            rows.map(|row| row.x.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("b"), ["0", "0.019"]);
        assert!(of("a").len() < 710 && of("a").contains(&"77.7"), "{:?}", of("a"));
        assert_eq!([of("a")[0], of("a")[1]], ["0", "1"]);
        assert_eq!(of("a").last(), Some(&"699.9"));
    }
}
