//! A page is never too long, and says what it leaves out.

use super::super::LONGEST;
use super::made::{LOSSY, Made, page};
use crate::timeline::Window;
use crate::units::SimTime;

/// Far more than a page has room for.
fn busy() -> Made {
    let text = r#"{ "clients": [ { "workload": { "count": 4000, "reads": "10%" } } ] }"#;
    page(text, Window::ALL, 1_000_000)
}

/// How many spans of these lists the page has.
fn drawn(made: &Made) -> u64 {
    let data = made.data();
    let groups = ["requests", "messages", "works"].map(|list| data["timeline"][list].clone());
    let groups = groups.iter().flat_map(|list| list.as_array().expect("groups").clone());
    groups.map(|group| group["n"].as_u64().expect("how many")).sum()
}

fn counted(made: &Made, id: &str) -> u64 {
    let tag = format!("<span id=\"{id}\" data-count=\"");
    if !made.html.contains(&tag) {
        return 0;
    }
    made.between(&tag, "\"").parse().expect("a number")
}

fn have(made: &Made) -> u64 {
    let timeline = &made.timeline;
    (timeline.requests.len() + timeline.messages.len() + timeline.works.len()) as u64
}

#[test]
fn a_page_is_as_long_as_it_may_be_and_says_what_it_leaves_out() {
    let made = busy();
    assert!(made.html.len() <= LONGEST, "{}", made.html.len());
    assert!(made.html.len() > LONGEST * 9 / 10, "{}: the room is used", made.html.len());
    let left = counted(&made, "left-out");
    assert!(left > 1_000 && drawn(&made) > 1_000);
    assert_eq!(drawn(&made) + left, have(&made));
    assert!(made.between("id=\"left-out\"", "</span>").contains(" are left out</b>"));
    assert!(made.between("<code id=\"another\">", "</code>").contains("--window "));
}

#[test]
fn what_lies_outside_or_beyond_is_counted() {
    let millis = |millis: u64| SimTime::from_nanos(millis * 1_000_000);
    let window = Window { from: millis(100), to: millis(300) };
    let whole = page(LOSSY, Window::ALL, 1_000_000);
    let all = have(&whole);
    assert_eq!((counted(&whole, "outside"), counted(&whole, "left-out")), (0, 0));
    assert_eq!(drawn(&whole), all, "a small run is whole");
    let part = page(LOSSY, window, 1_000_000);
    assert_eq!(drawn(&part) + counted(&part, "outside"), all);
    assert!(drawn(&part) < all);
    let few = page(LOSSY, window, 20);
    assert!((1..=20).contains(&drawn(&few)), "{}", drawn(&few));
    assert_eq!(drawn(&few) + counted(&few, "outside") + counted(&few, "left-out"), all);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let [one, other] = [(), ()].map(|()| page(LOSSY, Window::ALL, 500).html);
    assert!(one == other);
}
