//! Columns of numbers as compact JSON: the first as it is, each other as its difference from the one
//! before; null where there is nothing.

use crate::metrics::Curve;
use serde_json::Value;

/// The largest whole number that every reader of JSON knows; larger ones are cut down to it.
const LARGEST: u64 = (1 << 53) - 1;

/// A column of whole numbers.
pub(super) fn deltas(column: impl IntoIterator<Item = Option<u64>>) -> Value {
    let mut before = 0;
    let cells = column.into_iter().map(|cell| {
        let cell = i64::try_from(cell?.min(LARGEST)).expect("it has 53 bits");
        let delta = cell - before;
        before = cell;
        Some(delta)
    });
    cells.map(Value::from).collect()
}

/// The columns of a curve under these names, each from 0 on; a column that is missing is empty.
pub(super) fn of_curve(curve: &Curve, names: &[&str]) -> Value {
    let column = |name: &&str| {
        let cells = curve.get(*name).into_iter().flatten();
        ((*name).to_owned(), deltas(cells.map(|cell| cell.map(whole))))
    };
    Value::Object(names.iter().map(column).collect())
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
        let curve = Curve::from([("a".to_owned(), vec![Some(1.0), Some(4.0)])]);
        assert_eq!(of_curve(&curve, &["a", "b"]), json!({ "a": [1, 3], "b": [] }));
    }
}
