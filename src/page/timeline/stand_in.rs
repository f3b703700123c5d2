//! Tables that stand in for the timeline.

use super::super::html::{Cells, moment, rows_under, text};
use super::{happenings, marks};
use crate::report::text::{count, span};
use crate::timeline::{PointSpan, Spell, Timeline, words};
use crate::units::SimTime;

/// Rows of a table, at most.
const MOST: usize = 50;

/// Consistency points, what was wrong, and marks.
pub(super) fn tables(timeline: &Timeline) -> String {
    let points = timeline.points.iter().map(point);
    let spells = timeline.spells.iter().map(|spell| spell_row(spell, timeline));
    let kept = marks::kept(timeline);
    let marks = kept.iter().map(|mark| vec![moment(mark.at.as_nanos()), marks::what(mark)]);
    [
        part(
            "Consistency points in the window",
            &["CP", "side", "begun", "committed", "over", "took", "what for"],
            points,
        ),
        part(
            "Faults, outages, out of sync: the whole run",
            &["what", "began", "felt", "ended", "lasted"],
            spells,
        ),
        part("Moments", &["when", "what"], marks),
    ]
    .concat()
}

fn part(caption: &str, heads: &[&str], rows: impl ExactSizeIterator<Item = Vec<String>>) -> String {
    let more = rows.len().saturating_sub(MOST);
    if rows.len() == 0 {
        return format!("<p class=\"note\">{}: none.</p>\n", text(caption));
    }
    let heads: Vec<_> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rows: Vec<_> = rows.take(MOST).collect();
    let mut html = rows_under(caption, Cells::Words, &heads, rows.iter().map(Vec::as_slice));
    if more > 0 {
        html.push_str(&format!("<p class=\"note\">and {} more</p>\n", count(more as u64)));
    }
    html
}

fn when(at: Option<SimTime>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| moment(at.as_nanos()))
}

fn length(from: SimTime, to: Option<SimTime>) -> String {
    to.map_or_else(|| "-".to_owned(), |to| span(to.since(from).as_nanos()))
}

fn point(point: &PointSpan) -> Vec<String> {
    vec![
        count(point.cp.number.0),
        words::side(point.role).to_owned(),
        moment(point.begun.as_nanos()),
        when(point.committed),
        when(point.ended),
        length(point.begun, point.ended),
        happenings::started(point),
    ]
}

fn spell_row(spell: &Spell, timeline: &Timeline) -> Vec<String> {
    vec![
        happenings::what(spell, timeline),
        moment(spell.began.as_nanos()),
        when(spell.felt),
        when(spell.ended),
        length(spell.began, spell.ended),
    ]
}
