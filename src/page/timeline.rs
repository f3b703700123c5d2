//! The timeline of a run: who did what when, within a window; and a strip of the whole run.

mod budget;
mod happenings;
mod marks;
mod messages;
mod requests;
mod stand_in;
mod strip;
mod words;
mod works;

pub(super) use budget::{Kept, fit};

use super::html::folded;
use super::{Page, html};
use crate::timeline::Timeline;
use serde_json::{Value, json};

/// The section; `kept` says what of the timeline the page has room for.
pub(super) fn section(page: &Page, kept: &Kept) -> String {
    let said = words::about(page, kept).join(" ");
    format!(
        "<section id=\"timeline\" aria-labelledby=\"timeline-title\">\n\
         <h2 id=\"timeline-title\">Who did what when</h2>\n\
         <p id=\"window-words\" class=\"note\">{said}</p>\n{PICTURES}{}</section>\n",
        folded("The timeline as tables", &stand_in::tables(page.timeline))
    )
}

/// Where the script draws. The buttons do what keys and pointers do.
const PICTURES: &str = concat!(
    "<div class=\"scripted\">\n",
    "<svg id=\"overview\" role=\"img\" aria-label=\"The whole run: requests, bytes on the WAN, ",
    "messages lost; the frame is what the timeline below shows\"></svg>\n",
    "<div class=\"controls\" role=\"toolbar\" aria-label=\"Timeline\">\n",
    "<button type=\"button\" id=\"zoom-in\" title=\"+\">Zoom in</button>\n",
    "<button type=\"button\" id=\"zoom-out\" title=\"-\">Zoom out</button>\n",
    "<button type=\"button\" id=\"earlier\" title=\"left arrow\">Earlier</button>\n",
    "<button type=\"button\" id=\"later\" title=\"right arrow\">Later</button>\n",
    "<button type=\"button\" id=\"all\" title=\"0\">Whole window</button>\n",
    "<button type=\"button\" id=\"previous\" title=\"p\">Previous span</button>\n",
    "<button type=\"button\" id=\"next\" title=\"n\">Next span</button>\n",
    "</div>\n",
    "<div id=\"detail\" tabindex=\"0\" role=\"application\" aria-label=\"Timeline\" ",
    "aria-describedby=\"keys\"></div>\n",
    "<div id=\"hint\" aria-hidden=\"true\" hidden></div>\n",
    "<p id=\"told\" role=\"status\"></p>\n",
    "<ul id=\"key\" class=\"legend\" aria-label=\"Colours\"></ul>\n",
    "<p id=\"keys\" class=\"note controls\">Wheel or <kbd>+</kbd> <kbd>-</kbd>: zoom; drag or ",
    "<kbd>←</kbd> <kbd>→</kbd> <kbd>Home</kbd> <kbd>End</kbd>: move; <kbd>n</kbd> <kbd>p</kbd>: ",
    "next and previous span, <kbd>Enter</kbd>: closer to it, <kbd>Esc</kbd>: leave it; ",
    "<kbd>0</kbd>: the whole window.</p>\n</div>\n",
);

/// What the script draws.
pub(super) fn data(timeline: &Timeline, kept: &Kept) -> Value {
    let (from, to) = kept.shown();
    json!({
        "from": from,
        "to": to,
        "clients": timeline.clients.iter().take(budget::MOST_CLIENTS)
            .map(|name| html::plain(name, 60)).collect::<Vec<_>>(),
        "requests": requests::data(&kept.requests),
        "messages": messages::data(&kept.messages),
        "works": works::data(&kept.works),
        "points": happenings::points(timeline),
        "spells": happenings::spells(timeline),
        "pleas": happenings::pleas(timeline),
        "marks": marks::data(timeline),
        "levels": strip::levels(timeline, from, to),
        "buckets": strip::buckets(timeline),
    })
}
