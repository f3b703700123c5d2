//! What a page needs of a figure: numbers know their places, marks know whose they are.

use super::super::layer::{Role, Spot};
use super::super::style::Figure;
use super::super::{Drawn, rows as draw};
use super::rows::experiment;
use super::some;

/// Figures of every sort.
fn figures() -> Vec<Drawn> {
    let by_axis = super::rows::requests().into_iter().map(|request| (experiment(), request));
    let all = by_axis.chain(super::curves::requests());
    let drawn = all.map(|(rows, request)| draw(&rows, &request).expect("it can be drawn"));
    drawn.chain([crate::plots::bytes::draw(&some())]).collect()
}

fn is_within(spot: Spot, figure: &Figure) -> bool {
    let inside = |x: i32, y: i32| {
        (0..=figure.width * 10).contains(&x) && (0..=figure.height * 10).contains(&y)
    };
    match spot.scaled(10).as_slice() {
        [x, y] => inside(*x, *y),
        [left, top, right, bottom] => {
            inside(*left, *top) && inside(*right, *bottom) && left <= right && top < bottom
        }
        other => panic!("{other:?} is no place"),
    }
}

#[test]
fn every_number_has_its_place_in_the_figure() {
    for Drawn { figure, data, .. } in figures() {
        assert!(data.len() > 2, "{} has numbers", figure.title);
        for datum in data {
            let is_gap = datum.y.is_none() && datum.ends.is_none();
            assert!(datum.spot.is_some() || is_gap, "{datum:?}");
            assert!(datum.spot.is_none_or(|spot| is_within(spot, &figure)), "{datum:?}");
        }
    }
}

/// Every entry that a number or a mark is of stands in the legend, and every one there has some.
#[test]
fn marks_and_numbers_are_of_entries_that_there_are() {
    for Drawn { figure, data, .. } in figures() {
        let (mut entries, mut drawn): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut end = 0;
        for layer in &figure.layers {
            assert!(end <= layer.marks.start && layer.marks.start < layer.marks.end);
            end = layer.marks.end;
            match &layer.role {
                Role::Entry(entry) => entries.push(*entry),
                Role::Of(of) => drawn.extend(of),
                Role::Title | Role::Fixed => {}
            }
        }
        assert!(end <= figure.marks.len());
        entries.sort_unstable();
        assert_eq!(entries, (0..entries.len()).collect::<Vec<_>>(), "{}", figure.title);
        assert!(drawn.iter().all(|entry| entries.contains(entry)), "{}", figure.title);
        // A number may be too small to be seen beside others.
        drawn.extend(data.iter().flat_map(|datum| &datum.of));
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, entries, "{}", figure.title);
    }
}

#[test]
fn pages_are_the_same_twice_and_hold_what_is_said_as_text() {
    for drawn in figures() {
        let page = drawn.html("mirrorsim plot 'a </script><b>.json'");
        assert!(page == drawn.html("mirrorsim plot 'a </script><b>.json'"), "bytes differ");
        assert!(page.starts_with("<!doctype html>") && page.len() < 250_000, "{}", page.len());
        assert_eq!(page.matches("</script>").count(), 2, "{}", drawn.figure.title);
        assert_eq!(page.matches("style=").count(), 0, "the policy forbids it");
        let rows = page.matches("<tr><th scope=\"row\">").count();
        assert_eq!(rows, drawn.data.len(), "{}", drawn.figure.title);
    }
}
