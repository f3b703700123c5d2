//! Columns of numbers as compact JSON: the first as it is, each other as its difference from the one
//! before; null where there is nothing. A column of equal cells is that cell; one of nothing is left
//! out.

use crate::metrics::Curve;
use serde_json::{Map, Value};

/// The largest whole number that every reader of JSON knows; larger ones are cut down to it.
const LARGEST: u64 = (1 << 53) - 1;

/// Columns of equal length, by name.
#[derive(Debug)]
pub(super) struct Columns(Map<String, Value>);

impl Columns {
    /// Of so many rows.
    pub fn new(rows: usize) -> Self {
        Self(Map::from_iter([("n".to_owned(), Value::from(rows))]))
    }

    /// With a word about all rows.
    pub fn said(mut self, name: &str, word: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), word.into());
        self
    }

    /// With a column.
    pub fn with<Cell: Into<Option<u64>>>(
        mut self,
        name: &str,
        cells: impl Iterator<Item = Cell>,
    ) -> Self {
        let cells: Vec<Option<u64>> = cells.map(Into::into).collect();
        let first = cells.first().copied().flatten();
        let column = if cells.iter().any(|cell| *cell != first) {
            deltas(cells)
        } else {
            Value::from(first.map(|first| first.min(LARGEST)))
        };
        if !column.is_null() {
            self.0.insert(name.to_owned(), column);
        }
        self
    }

    /// As JSON.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A column of whole numbers.
fn deltas(column: impl IntoIterator<Item = Option<u64>>) -> Value {
    let mut before = 0;
    let cells = column.into_iter().map(|cell| {
        let cell = i64::try_from(cell?.min(LARGEST)).expect("it has 53 bits");
        let delta = cell - before;
        before = cell;
        Some(delta)
    });
    cells.map(Value::from).collect()
}

/// The columns of a curve under these names.
pub(super) fn of_curve(curve: &Curve, names: &[&str]) -> Value {
    let cells = |name: &str| curve.get(name).map(Vec::as_slice).unwrap_or_default();
    let rows = names.first().map_or(0, |name| cells(name).len());
    let add = |columns: Columns, name: &&str| {
        columns.with(name, cells(name).iter().map(|cell| cell.map(whole)))
    };
    names.iter().fold(Columns::new(rows), add).into_value()
}

/// The whole number that a cell of a curve is.
pub(super) fn whole(cell: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "curves hold counts and nanoseconds, which were whole numbers from 0 on"
    )]
    let whole = cell.round() as u64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_differences() {
        let column = [Some(5), None, Some(5), Some(2), Some(u64::MAX)];
        assert_eq!(deltas(column), json!([5, null, 0, -3, (1_u64 << 53) - 3]));
    }

    #[test]
    fn equal_cells_are_one_and_nothing_is_left_out() {
        let columns = Columns::new(2).with("a", [7, 7].into_iter()).with("b", [1, 3].into_iter());
        let columns = columns.with("c", [None, None::<u64>].into_iter()).said("kind", "write");
        let wanted = json!({ "n": 2, "a": 7, "b": [1, 2], "kind": "write" });
        assert_eq!(columns.into_value(), wanted);
        let curve = Curve::from([("a".to_owned(), vec![Some(1.0), Some(4.0)])]);
        assert_eq!(of_curve(&curve, &["a", "b"]), json!({ "n": 2, "a": [1, 3] }));
    }
}
