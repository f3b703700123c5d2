//! The timeline in words.

use super::super::Page;
use super::super::html::{moment, text};
use super::Kept;
use crate::protocol::block::{Area, BlockAddress};
use crate::report::text::count;
use crate::timeline::{Left, Timeline, Window};
use crate::units::SimTime;
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
    let no_room = super::budget::total(timeline) - kept.total();
    let works: u64 = kept.works.iter().map(|span| span.count).sum();
    let shown = format!(
        "{}: {} requests, {} messages, {} works of devices{}.",
        window(timeline, kept),
        count(kept.requests.len() as u64),
        count(kept.messages.len() as u64),
        count(works),
        drawn_as(works, kept.works.len())
    );
    let mut words = vec![shown];
    if outside > 0 {
        words.push(format!(
            "<span id=\"outside\" data-count=\"{outside}\">{} more lie outside and are counted in \
             the strip of the whole run; its dashed frame is this page, the other what is drawn below.</span>",
            count(outside)
        ));
    }
    if beyond + no_room > 0 {
        words.push(format!(
            "<span id=\"left-out\" data-count=\"{}\"><b>{} more of {} are left out</b>, since a page has \
             room for no more.</span>",
            beyond + no_room,
            count(beyond + no_room),
            asked(timeline)
        ));
    }
    words.extend(others(timeline));
    if outside + beyond + no_room > 0 {
        words.push(another(page, kept));
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
    let (from, to) = kept.shown();
    let ended = timeline.ended.as_nanos();
    if from == 0 && to >= ended {
        return format!("The whole run, {}", moment(ended));
    }
    format!("From {} to {} of {}", moment(from), moment(to), moment(ended))
}

/// The window that was asked for, as far as the run goes.
fn asked(timeline: &Timeline) -> String {
    let ended = timeline.ended.as_nanos();
    let (from, to) = (timeline.window.from.as_nanos(), timeline.window.to.as_nanos().min(ended));
    format!("{} to {}", moment(from), moment(to))
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

/// How to see another stretch: the next one, or at the end of the run the one before.
fn another(page: &Page, kept: &Kept) -> String {
    let (from, to) = kept.shown();
    let length = to - from;
    let (from, to) = if to < page.timeline.ended.as_nanos() {
        (to, to + length)
    } else {
        (from.saturating_sub(length), from)
    };
    // Round numbers are shorter: a tenth of the length is near enough.
    let step = 10_u64.pow((length / 10).max(1).ilog10());
    let round = |nanos: u64| SimTime::from_nanos(nanos / step * step);
    let window = Window { from: round(from), to: round(to) };
    let line = text(&page.another.replace("FROM..TO", &window.to_string()));
    format!("Another stretch: <code id=\"another\">{line}</code>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CpNumber, MirrorState};

    #[test]
    fn words_of_plain_data_are_plain() {
        assert_eq!(word(&MirrorState::OutOfSync), "out of sync");
        assert_eq!(word(&CpNumber(3)), "");
    }
}
