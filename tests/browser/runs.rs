//! Pages of runs: zoom, keys, tables; what is pointed at is told as the facts have it.

use super::chromium::{Browser, Look, Medium, Page, Scripts, Size};
use super::facts::Facts;
use super::rows::Made;
use super::seen::assert_good;
use std::collections::BTreeSet;

/// Sixty writes of two clients over a link that loses one message of ten.
const LOSSY: &str = r#"{
  "name": "lossy <b>", "clients": [
    { "name": "one", "workload": { "count": 40, "span": "1MiB", "arrival": { "kind": "closed", "think": "5ms" },
                                   "sizes": [ { "size": "8KiB", "weight": 1 } ] } },
    { "name": "two", "workload": { "count": 20, "span": "64KiB", "arrival": { "kind": "closed", "think": "15ms" },
                                   "sizes": [ { "size": "1KiB", "weight": 1 } ], "alignment": "512B" } } ],
  "source": { "consistency_point": { "every": "200ms" } },
  "wan": { "transport": "datagram", "bandwidth": "100Mbit/s", "propagation": "5ms", "loss": "10%",
           "retransmit": "30ms" },
  "faults": [ { "kind": "partition", "direction": "to_destination", "at": "300ms", "for": "50ms" } ] }"#;

/// A folder with the page and the facts of [`LOSSY`].
fn lossy() -> (Made, Facts) {
    let made = Made::new();
    made.write("lossy.json", LOSSY);
    made.run(&["run", "lossy.json", "-o", "run.html", "--facts", "facts.jsonl"]);
    let facts = std::fs::read_to_string(made.path("facts.jsonl")).expect("it is there");
    (made, Facts::read(&facts, &["one", "two"]))
}

/// The window of time in view, in nanoseconds.
fn view(page: &mut Page) -> (f64, f64) {
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
    let end = |name: &str| format!("Number(document.getElementById('detail').dataset.{name})");
    (page.number(&end("from")), page.number(&end("to")))
}

/// Where the time of the view begins, in pixels of the window.
const LEFT: &str = "document.getElementById('lanes').getBoundingClientRect().left
    + document.querySelector('.plot-area').x.baseVal.value";

fn length((from, to): (f64, f64)) -> f64 {
    to - from
}

#[test]
fn wheel_buttons_and_keys_zoom_and_move() {
    let Some(mut browser) = Browser::start() else { return };
    let (made, _) = lossy();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("run.html"));
    page.evaluate("detail.focus()");
    page.key("0");
    let whole = view(&mut page);
    let (x, y) = page.middle_of("#lanes .lane.wan");
    let left = page.number(LEFT);
    let width = page.number("document.querySelector('.plot-area').width.baseVal.value");
    let under = |view: (f64, f64), x: f64| view.0 + length(view) * (x - left) / width;
    page.wheel((x + 200.0, y), -200.0);
    page.wait_for(&format!(
        "Number(detail.dataset.to) - Number(detail.dataset.from) < {}",
        length(whole) * 0.9
    ));
    let near = view(&mut page);
    let moved = under(near, x + 200.0) - under(whole, x + 200.0);
    assert!(moved.abs() < length(near) * 0.01, "the moment under the pointer stays: {moved} ns");
    assert!((length(near) - length(whole) / 2.0).abs() < length(whole) * 0.01);
    for (id, factor) in [("zoom-in", 0.5), ("zoom-out", 1.0), ("zoom-in", 0.5)] {
        let at = page.middle_of(&format!("#{id}"));
        page.click(at);
        let shown = length(view(&mut page));
        assert!((shown - length(near) * factor).abs() < 4.0, "{id}: {shown}");
    }
    let before = view(&mut page);
    page.evaluate("detail.focus()");
    page.key("ArrowLeft");
    let earlier = view(&mut page);
    assert!((before.0 - earlier.0 - length(before) / 4.0).abs() < 4.0, "{before:?} {earlier:?}");
    page.key("ArrowRight");
    assert!((view(&mut page).0 - before.0).abs() < 4.0);
    let (x, y) = page.middle_of("#lanes .lane.wan");
    page.drag((x, y), (x - 100.0, y));
    let dragged = view(&mut page);
    let far = length(before) * 100.0 / width;
    assert!((dragged.0 - before.0 - far).abs() < far * 0.02, "{before:?} {dragged:?}");
    page.key("0");
    assert_eq!(view(&mut page), whole);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

/// What is told of a mark that is pointed at: `element`, an expression; `share`: how far along it.
fn pointed(page: &mut Page, element: &str, share: f64) -> String {
    let place = format!(
        "(() => {{ const e = {element}; e.closest('section').scrollIntoView(); \
         const b = e.getBoundingClientRect(), back = Number(e.getAttribute('y1')) > Number(e.getAttribute('y2')); \
         const up = back ? 1 - {share} : {share}; \
         return [b.left + b.width * {share}, b.top + b.height * (e.tagName === 'line' ? up : 0.5)]; }})()"
    );
    let place = page.evaluate(&place);
    let part = |which: usize| place[which].as_f64().expect("a place is two numbers");
    page.move_to((part(0), part(1)));
    page.wait_for("!document.getElementById('hint').hidden");
    page.words("document.getElementById('hint').textContent")
}

#[test]
fn arrows_and_writes_tell_what_the_facts_say() {
    let Some(mut browser) = Browser::start() else { return };
    let (made, facts) = lossy();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("run.html"));
    let (mut transfers, mut writes) = (BTreeSet::new(), BTreeSet::new());
    page.evaluate("detail.focus()");
    // An eighth of the run in view, from its beginning on.
    for key in ["0", "+", "+", "+", "Home"] {
        page.key(key);
    }
    for _ in 0..6 {
        view(&mut page);
        let arrows = "[...document.querySelectorAll('#lanes line.m-transfer[data-span]')]";
        let inside = format!(
            ".filter(e => {{ const {{ left, right }} = e.getBoundingClientRect(); \
             return left > {LEFT} + 4 && right < innerWidth - 60; }})"
        );
        let count = page.number(&format!("{arrows}{inside}.length"));
        for number in (0_u32..5).filter(|number| f64::from(*number) < count) {
            let told = pointed(&mut page, &format!("{arrows}{inside}[{number}]"), 0.4);
            if told.starts_with("transfer ") {
                facts.assert_transfer(&told);
                transfers.insert(told);
            }
        }
        let bars = "[...document.querySelectorAll('#lanes .lane.client rect.r-write')]";
        let count = page.number(&format!("{bars}{inside}.length"));
        for number in (0_u32..4).filter(|number| f64::from(*number) < count) {
            let told = pointed(&mut page, &format!("{bars}{inside}[{number}]"), 0.5);
            facts.assert_write(&told);
            writes.insert(told);
        }
        page.key("ArrowRight");
        page.key("ArrowRight");
        page.key("ArrowRight");
    }
    assert!(transfers.len() > 5 && writes.len() > 8, "{transfers:#?} {writes:#?}");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn what_is_lost_is_crossed() {
    let Some(mut browser) = Browser::start() else { return };
    let (made, facts) = lossy();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("run.html"));
    let mut crossed = BTreeSet::new();
    page.evaluate("detail.focus()");
    // So near that no two fall on the same pixels, and from one stretch to the next.
    for key in ["0", "+", "+", "+", "+", "+", "Home"] {
        page.key(key);
    }
    for _ in 0..32 {
        view(&mut page);
        let numbers = page.words(
            "[...document.querySelectorAll('#lanes path.cross')].map(e => e.dataset.span).join(' ')",
        );
        crossed.extend(numbers.split_whitespace().map(str::to_owned));
        for _ in 0..4 {
            page.key("ArrowRight");
        }
    }
    assert_eq!(crossed.len(), facts.lost());
    page.key("0");
    view(&mut page);
    let told = pointed(&mut page, "document.querySelector('#lanes path.cross')", 0.5);
    assert!(told.contains(", lost 0."), "{told}");
    page.screenshot("run-lost");
}

#[test]
fn the_keyboard_reaches_every_span() {
    let Some(mut browser) = Browser::start() else { return };
    let (made, facts) = lossy();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("run.html"));
    for _ in 0..40 {
        page.key("Tab");
        if page.evaluate("document.activeElement.id === 'detail'") == true {
            break;
        }
    }
    assert_eq!(page.words("document.activeElement.id"), "detail");
    page.screenshot("run-focus");
    let (mut heard, mut writes) = (BTreeSet::new(), BTreeSet::new());
    page.key("0");
    for _ in 0..60 {
        page.key("n");
        let told = page.words("document.getElementById('told').textContent");
        if told.starts_with("write ") {
            writes.insert(facts.assert_write(&told));
        }
        assert!(heard.insert(told.clone()), "{told} is told twice");
    }
    let last = writes.last().copied().expect("there are writes among them");
    assert_eq!(writes, facts.asked_until(last), "none is passed by: {heard:#?}");
    assert!(writes.len() > 3, "{heard:#?}");
    assert!(page.number("document.querySelectorAll('#lanes .focus > *').length") > 0.0);
    page.key("Escape");
    assert_eq!(page.words("document.getElementById('told').textContent"), "");
}

#[test]
fn a_run_can_be_read_light_dark_and_small() {
    let Some(mut browser) = Browser::start() else { return };
    let (made, _) = lossy();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("run.html"));
    assert_eq!(page.words("document.getElementById('verdict').dataset.verdict"), "pass");
    assert_good(&mut page, "run");
}

#[test]
fn a_violation_is_told_first() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario = root.join("scenarios/sabotage/apply-in-place.json");
    made.run(&["run", scenario.to_str().expect("a path"), "-o", "run.html"]);
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("run.html"));
    assert_eq!(page.words("document.getElementById('verdict').dataset.verdict"), "violation");
    assert!(page.number("document.querySelectorAll('#violations li').length") > 0.0);
    assert_good(&mut page, "run-violation");
}

#[test]
fn without_scripts_and_on_paper_tables_stand_in() {
    let Some(mut browser) = Browser::start() else { return };
    let (made, _) = lossy();
    let mut page = browser.page(Size::SMALL, Look::Light);
    page.allow(Scripts::AreOff);
    page.open(&made.path("run.html"));
    let text = page.words("document.body.innerText");
    assert!(text.contains("Scripts are off") && text.contains("lossy <b>"), "{text}");
    let rows = page.number("document.querySelectorAll('details[open] tbody tr').length");
    assert!(rows > 60.0, "{rows} rows stand in");
    assert_eq!(page.evaluate("document.querySelector('.scripted').checkVisibility()"), false);
    assert_eq!(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
    page.screenshot("run-without-scripts");
    page.allow(Scripts::Run);
    page.open(&made.path("run.html"));
    page.emulate(Medium::Paper, Look::Dark);
    assert_eq!(page.words("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert_eq!(page.evaluate("document.getElementById('zoom-in').checkVisibility()"), false);
    let pdf = page.pdf();
    assert!(pdf.len() > 20_000, "{} bytes on paper", pdf.len());
    std::fs::write(root_of_pictures().join("run.pdf"), pdf).expect("a file can be written");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

fn root_of_pictures() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser")
}
