//! A heat map: a figure over two axes, a cell for each point.

mod layout;

use super::Drawn;
use super::caption::{Said, caption};
use super::data::{Datum, Heads, Units};
use super::interval::Estimate;
use super::kind::Kind;
use super::layer::Spot;
use super::quantity::Quantity;
use super::request::{Refusal, Request, misuse, nothing};
use super::set::{POLICY, Set};

/// Cells of a row or column at most.
const MOST: usize = 24;

/// What is drawn.
struct Map {
    quantity: Quantity,
    /// Axes to the right and upwards.
    x: usize,
    y: usize,
    /// By place on both; none where there is no value.
    cells: Vec<Cell>,
}

/// One point.
struct Cell {
    x: usize,
    y: usize,
    value: Option<Estimate>,
    missing: usize,
}

/// The figure.
pub(super) fn draw(set: &Set, request: &Request) -> Result<Drawn, Refusal> {
    let figure = match request.y.as_slice() {
        [] => "saved.of_wan",
        [one] => one,
        many => return misuse(format!("a heat map shows one figure, not {}", many.len())),
    };
    let quantity = Quantity::parse(figure, set)?;
    let (x, y) = axes(set, request)?;
    single(set, &quantity, [x, y])?;
    let mut cells = Vec::new();
    for (at, rows) in set.grouped(&[x, y]) {
        let sample: Vec<_> = rows.iter().filter_map(|row| quantity.of(row.trial)).collect();
        let (value, missing) = (Estimate::of(&sample), rows.len() - sample.len());
        cells.push(Cell { x: at[0], y: at[1], value, missing });
    }
    if cells.iter().all(|cell| cell.value.is_none()) {
        return nothing(format!("no run has a value of {}: nothing to draw", quantity.words()));
    }
    let map = Map { quantity, x, y, cells };
    let caption = caption(set, request, said(set, &map));
    let (figure, spots) = layout::lay_out(set, &map, caption);
    let [x, series] = [x, y].map(|axis| set.axes[axis].name.clone());
    let heads = Heads { series, x, y: map.quantity.title() };
    Ok(Drawn { figure, data: data(set, &map, &spots), heads })
}

/// The axes to the right and upwards: those asked for; else the two that vary, the longer one to the
/// right.
fn axes(set: &Set, request: &Request) -> Result<(usize, usize), Refusal> {
    let asked = request.x.iter().chain(&request.by);
    let mut axes: Vec<_> = asked.map(|name| set.axis(name)).collect::<Result<_, _>>()?;
    let mut free: Vec<_> = set.varying();
    free.retain(|axis| !axes.contains(axis) && set.axes[*axis].name != POLICY);
    free.sort_by_key(|axis| std::cmp::Reverse(set.axes[*axis].values.len()));
    if axes.len() + free.len() == 2 {
        axes.extend(free);
    }
    match axes.as_slice() {
        [x, y] if x == y => misuse("a heat map has two axes, not the same one twice"),
        [x, y] => {
            let long = [x, y].into_iter().find(|axis| set.axes[**axis].values.len() > MOST);
            match long {
                None => Ok((*x, *y)),
                Some(axis) => misuse(format!(
                    "{:?} has {} values; a heat map takes {MOST}",
                    set.axes[*axis].name,
                    set.axes[*axis].values.len()
                )),
            }
        }
        _ => {
            let names: Vec<_> = set.axes.iter().map(|axis| format!("{:?}", axis.name)).collect();
            misuse(format!("a heat map has two axes: --x AXIS --by AXIS, of {}", names.join(", ")))
        }
    }
}

/// Refuses to mix what has more than one value besides, where more than one has the figure.
fn single(set: &Set, quantity: &Quantity, shown: [usize; 2]) -> Result<(), Refusal> {
    for axis in set.varying().into_iter().filter(|axis| !shown.contains(axis)) {
        let has = |row: &&super::set::Row| quantity.of(row.trial).is_some();
        let mut values: Vec<_> = set.rows.iter().filter(has).map(|row| row.at[axis]).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() > 1 {
            let axis = &set.axes[axis];
            let labels: Vec<_> =
                values.iter().map(|value| axis.values[*value].label.as_str()).collect();
            return misuse(format!(
                "{:?} has {} values besides, which must not be mixed: --where '{}=VALUE'\n  = \
                 help: its values: {}",
                axis.name,
                values.len(),
                axis.name,
                labels.join(", ")
            ));
        }
    }
    Ok(())
}

fn said(set: &Set, map: &Map) -> Said {
    let [x, y] = [map.x, map.y].map(|axis| &set.axes[axis]);
    let counts = || map.cells.iter().filter_map(|cell| cell.value).map(|value| value.n);
    let missing = map.cells.iter().map(|cell| cell.missing).sum();
    let lines = map.cells.iter().map(|cell| {
        let value = cell.value.map(|value| map.quantity.unit.label(value.mean));
        let value = value.unwrap_or_else(|| "none".to_owned());
        let [x, y] = [&x.values[cell.x].label, &y.values[cell.y].label];
        format!("{x}, {y}: {value}.")
    });
    let numbers = match (counts().min(), counts().max()) {
        (_, None | Some(0..=1)) => "one seed a cell".to_owned(),
        (Some(least), Some(most)) if least < most => format!("means of {least}–{most} seeds"),
        (_, Some(most)) => format!("means of {most} seeds"),
    };
    Said {
        kind: Kind::Heat,
        title: format!("{} over {} and {}", map.quantity.title(), x.name, y.name),
        numbers,
        further: Vec::new(),
        missing: (missing, missing + counts().sum::<usize>()),
        shown: vec![map.x, map.y],
        lines: lines.collect(),
    }
}

/// Every cell, which stands at one of `spots`, which are in the same order.
fn data(set: &Set, map: &Map, spots: &[Spot]) -> Vec<Datum> {
    let unit = Some(map.quantity.unit);
    let units = Units { x: set.axes[map.x].unit, y: unit, ends: unit };
    let datum = |(cell, spot): (&Cell, &Spot)| {
        let tick = &set.axes[map.x].values[cell.x];
        let x = set.axes[map.x].unit.map_or_else(|| tick.label.clone(), |_| tick.at.to_string());
        let ends = cell.value.filter(|value| value.half.is_some()).map(|value| value.ends());
        Datum {
            series: set.axes[map.y].values[cell.y].label.clone(),
            x,
            y: cell.value.map(|value| value.mean),
            ends,
            n: cell.value.map_or(0, |value| value.n),
            units,
            spot: Some(*spot),
            of: Vec::new(),
        }
    };
    map.cells.iter().zip(spots).map(datum).collect()
}
