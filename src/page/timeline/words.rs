//! The timeline in words.

use super::super::Page;
use super::super::html::{moment, text};
use super::Kept;
use crate::protocol::block::{Area, BlockAddress};
use crate::report::text::count;
use crate::timeline::{Left, Timeline};
use serde::Serialize;

/// The word of a piece of plain data without fields: `in sync`.
pub(super) fn word(data: &impl Serialize) -> String {
    let value = serde_json::to_value(data).expect("it is plain data");
    value.as_str().unwrap_or_default().replace('_', " ")
}

/// The part of a volume that a block lies in: none where it is data, 0 where it is the bitmap, else
/// the level of the tree.
pub(super) fn area(address: BlockAddress) -> Option<u64> {
    match address.area {
        Area::Data => None,
        Area::Bitmap => Some(0),
        Area::Indirect(level) => Some(u64::from(level)),
    }
}

/// What the timeline shows, what it does not, and how to see that; as HTML.
pub(super) fn about(page: &Page, kept: &Kept) -> Vec<String> {
    let timeline = page.timeline;
    let left = timeline.left_out;
    let outside = left.requests.outside + left.messages.outside + left.works.outside;
    let beyond = left.requests.beyond + left.messages.beyond + left.works.beyond;
    let no_room = (Kept::all(timeline).total() - kept.total()) as u64;
    let works: u64 = timeline.works[..kept.works].iter().map(|span| span.count).sum();
    let shown = format!(
        "{}: {} requests, {} messages, {} works of devices{}.",
        window(timeline, kept),
        count(kept.requests as u64),
        count(kept.messages as u64),
        count(works),
        drawn_as(works, kept.works)
    );
    let mut words = vec![shown];
    if outside > 0 {
        words.push(format!(
            "<span id=\"outside\" data-count=\"{outside}\">{} more lie outside and are counted in \
             the strip of the whole run.</span>",
            count(outside)
        ));
    }
    if beyond + no_room > 0 {
        let asked = timeline.window.to.as_nanos().min(timeline.ended.as_nanos());
        words.push(format!(
            "<span id=\"left-out\" data-count=\"{}\"><b>{} more up to {} are left out</b>, since a page \
             has room for no more.</span>",
            beyond + no_room,
            count(beyond + no_room),
            moment(asked)
        ));
    }
    words.extend(others(timeline));
    if outside + beyond + no_room > 0 {
        words.push(another(page));
    }
    words
}

/// As how many bars works are drawn, if that is fewer.
fn drawn_as(works: u64, bars: usize) -> String {
    if works == bars as u64 {
        return String::new();
    }
    format!(" (those of one moment as one bar: {})", count(bars as u64))
}

/// What is shown in time.
fn window(timeline: &Timeline, kept: &Kept) -> String {
    let (from, to) = kept.shown(timeline);
    let ended = timeline.ended.as_nanos();
    if from == 0 && to >= ended {
        return format!("The whole run, {}", moment(ended));
    }
    format!("From {} to {} of {}", moment(from), moment(to), moment(ended))
}

/// Points, spells, pleas and marks that are left out.
fn others(timeline: &Timeline) -> Option<String> {
    use super::budget::{MOST_MARKS, MOST_PLEAS, MOST_POINTS, MOST_SPELLS};
    let cut = |left: Left, have: usize, most: usize| left.beyond + have.saturating_sub(most) as u64;
    let left = &timeline.left_out;
    let counts = [
        (cut(left.points, timeline.points.len(), MOST_POINTS), "consistency points"),
        (cut(left.spells, timeline.spells.len(), MOST_SPELLS), "faults and outages"),
        (cut(left.pleas, timeline.pleas.len(), MOST_PLEAS), "pleas to the witness"),
        (cut(left.marks, super::marks::shown(timeline), MOST_MARKS), "marks"),
    ];
    let counts = counts.iter().filter(|(number, _)| *number > 0);
    let words: Vec<_> = counts.map(|(number, what)| format!("{} {what}", count(*number))).collect();
    (!words.is_empty()).then(|| format!("Left out as well: {}.", words.join(", ")))
}

/// How to see another stretch.
fn another(page: &Page) -> String {
    let line = text(page.another);
    format!("Another stretch: <code id=\"another\">{line}</code>")
}
