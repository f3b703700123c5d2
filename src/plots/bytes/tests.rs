//! What is laid out, mark by mark.

use super::layout::{Axis, lay_out};
use super::*;
use crate::plots::style::Mark;
use crate::plots::tests::report;

fn bars() -> Vec<Bar> {
    let whole = [(Category::LogBlocks, 1000), (Category::Acknowledgements, 200)];
    let partly = [(Category::LogFragments, 600), (Category::CpBlocks, 400)];
    [report("whole", 1000, &whole, 800), report("partly", 500, &partly, 0)]
        .iter()
        .map(Bar::of)
        .collect()
}

/// The widths of the areas of a colour that are as high as bars.
fn widths(marks: &[Mark], wanted: Colour) -> Vec<i32> {
    let wide = |mark: &Mark| match mark {
        Mark::Fill { area, colour } if *colour == wanted && area.bottom - area.top == 20 => {
            Some(area.right - area.left)
        }
        _ => None,
    };
    marks.iter().filter_map(wide).collect()
}

/// Both bars are 2 bytes for each byte written: 752 pixels.
#[test]
fn lengths_are_shares_of_the_longest_bar() {
    let marks = lay_out(&bars()).0.marks;
    assert_eq!(widths(&marks, Colour::BLUE), [376]);
    assert_eq!(widths(&marks, Colour::DARK)[0], 451 - 376);
    assert_eq!(widths(&marks, Colour::SKY), [451]);
    assert_eq!(widths(&marks, Colour::VERMILION), [752 - 451]);
    let right = |mark: &Mark| match mark {
        Mark::Fill { area, .. } => area.right,
        Mark::Line { from, to, .. } => from.0.max(to.0),
        Mark::Text { at, .. } => at.0,
        Mark::Path { .. } | Mark::Region { .. } | Mark::Disc { .. } => panic!("bars are areas"),
    };
    assert_eq!(marks.iter().map(right).max(), Some(24 + 752 + 1), "the axis ends with the bar");
}

#[test]
fn the_legend_names_what_is_drawn_and_nothing_else() {
    let marks = lay_out(&bars()).0.marks;
    let text = |mark: &'_ Mark| match mark {
        Mark::Text { words, .. } => Some(words.clone()),
        _ => None,
    };
    let words: Vec<_> = marks.iter().filter_map(text).collect();
    let legend: Vec<_> = words[1..].iter().take_while(|words| *words != "0.0").collect();
    assert_eq!(
        legend,
        [
            "whole blocks in transfers",
            "fragments in transfers",
            "CP full blocks",
            "other control",
            "saved by references"
        ]
    );
}

#[test]
fn the_axis_has_few_round_numbers() {
    for (bytes, expected) in [
        (2000, "0.0 0.5 1.0 1.5 2.0"),
        (1074, "0.0 0.2 0.4 0.6 0.8 1.0"),
        (30, "0.000 0.005 0.010 0.015 0.020 0.025 0.030"),
        (70_000, "0 10 20 30 40 50 60 70"),
    ] {
        let bar = Bar::of(&report("one", 1000, &[(Category::LogBlocks, bytes)], 0));
        let axis = Axis::of(&[bar]);
        let numbers: Vec<_> = axis.numbers().iter().map(|number| axis.label(*number)).collect();
        assert_eq!(numbers.join(" "), expected);
    }
}

#[test]
fn every_part_has_its_own_place_title_and_colour() {
    for (place, part) in Part::ALL.into_iter().enumerate() {
        assert_eq!(part as usize, place);
        for other in &Part::ALL[..place] {
            assert!(part.title() != other.title() && part.colour() != other.colour());
        }
    }
}
