//! Pages of `plot`: numbers of marks, the legend, the table.

use super::chromium::{Browser, Look, Medium, Page, Scripts, Size};
use super::rows::Made;
use super::seen::assert_good;

/// What the mark tells that has been pointed at, or gone to.
const TIP: &str = "tip.hidden ? '' : tip.innerText.replace(/\\s+/g, ' ').trim()";

/// What the first row of the table has to tell: its name, and each number after the head of its column.
const FIRST: &str = "(() => {
  const [first, ...cells] = [...numbers.tBodies[0].rows[0].cells].map(cell => cell.innerText.trim());
  const heads = [...numbers.tHead.rows[0].cells].slice(1).map(cell => cell.innerText.trim());
  const told = cells.map((cell, place) => cell && `${heads[place]} ${cell}`).filter(Boolean);
  return [first, ...told].join(' ');
})()";

/// Every kind of figure, with what its rows need to be asked for.
const KINDS: [(&str, &[&str]); 17] = [
    ("wan-bytes", &[]),
    ("saved", &[]),
    ("lines", &["--y", "writes.per_second"]),
    ("latency", &[]),
    ("load", &[]),
    ("throughput", &[]),
    ("cp-duration", &[]),
    ("back-to-back", &[]),
    ("resync-time", &[]),
    ("rpo-bandwidth", &["--where", "policy=references"]),
    ("heat", &["--x", "round trip", "--by", "policy"]),
    ("cdf", &["--where", "policy=references"]),
    ("time", &["--y", "nvram_bytes,rpo_ns"]),
    ("latency-over-time", &[]),
    ("occupancy", &[]),
    ("rpo", &[]),
    ("foreground", &["--where", "round trip=20ms"]),
];

/// Points at the middle of the n-th mark that a selector finds, and reads what it tells.
#[track_caller]
fn told(page: &mut Page, selector: &str, number: usize) -> String {
    let found = format!("document.querySelectorAll({selector:?})[{number}]");
    page.evaluate(&format!("void ({found}.id = 'pointed')"));
    let at = page.middle_of("#pointed");
    page.evaluate(&format!("void {found}.removeAttribute('id')"));
    page.move_to(at);
    page.wait_for("!tip.hidden");
    let inside = "(({ left, top, right, bottom }) => left >= 0 && top >= 0
        && right <= innerWidth && bottom <= innerHeight)(tip.getBoundingClientRect())";
    assert_eq!(page.evaluate(inside), true, "what is told stays within the window");
    page.words(TIP)
}

#[test]
fn marks_tell_the_numbers_of_their_rows() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.plot(&["--kind", "saved"]));
    // The second marker of `references` stands at 20 ms, where both seeds saved 0.2.
    let two = "policy round trip share of WAN bytes saved by references from to n";
    assert_eq!(page.words("[...numbers.tHead.rows[0].cells].map(c => c.innerText).join(' ')"), two);
    let text = told(&mut page, "g[data-of='0'] circle", 1);
    assert!(text.starts_with("references round trip 20 ms share of WAN"), "{text}");
    assert!(text.ends_with("references 20 % from 20 % to 20 % n 2"), "{text}");
    page.screenshot("plot-told");
    // The bar of CP full blocks of `references` at 40 ms: half a byte each, less 0.3.
    page.open(&made.plot(&["--kind", "wan-bytes"]));
    let text = told(&mut page, "g[data-of='1'] rect", 4);
    assert!(text.contains("round trip 40 ms, references category CP full blocks"), "{text}");
    assert!(text.contains("bytes per byte written 0.2 n 2"), "{text}");
    page.open(&made.plot(&["--kind", "heat", "--x", "round trip", "--by", "policy"]));
    let text = told(&mut page, "g.fixed rect", 2);
    assert!(text.starts_with("references round trip 20 ms"), "{text}");
    assert!(text.contains("saved by references 20 % from"), "{text}");
    page.open(&made.plot(&["--kind", "rpo", "--where", "round trip=20ms", "--by", "policy"]));
    let text = told(&mut page, "g[data-of='1'] rect", 0);
    assert_eq!(text, "full-blocks, CPs simulated time 1 s from 1 s to 2 s");
    page.move_to((5.0, 5.0));
    page.wait_for("tip.hidden");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn the_bars_of_reports_tell_their_numbers() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    made.run(&["init", "-o", "a.json"]);
    made.run(&["run", "a.json", "-o", "report.json"]);
    made.run(&["plot", "report.json", "-o", "report.html"]);
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.path("report.html"));
    let text = told(&mut page, "g[data-of='0'] rect", 0);
    let report = std::fs::read_to_string(made.path("report.json")).expect("it is there");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let number = |key: &str| report.pointer(key).and_then(serde_json::Value::as_f64);
    let blocks = number("/wan/to_destination/log_blocks").expect("bytes");
    let ratio = blocks / number("/writes/bytes").expect("bytes");
    let shown: f64 = text.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    assert!((shown - ratio).abs() < 1e-5 * ratio, "{text}: {ratio}");
    assert!(text.contains("category whole blocks in transfers"), "{text}");
    assert_good(&mut page, "plot-report");
}

#[test]
fn every_kind_is_a_page_that_can_be_read_and_walked() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    let mut page = browser.page(Size::LARGE, Look::Light);
    for (kind, words) in KINDS {
        let path = made.plot(&[&["--kind", kind], words].concat());
        let bytes = std::fs::read(&path).expect("it is there");
        assert!(
            bytes == std::fs::read(made.plot(&[&["--kind", kind], words].concat())).expect("it")
        );
        assert!(bytes.len() < 250_000, "{kind}: {} bytes", bytes.len());
        page.open(&path);
        page.key("Tab");
        while page.evaluate("document.activeElement.id !== 'plot'") == true {
            page.key("Tab");
        }
        page.key("ArrowRight");
        let shown = page.words(TIP);
        assert_eq!(shown, page.words(FIRST), "{kind}");
        page.key("End");
        page.key("ArrowLeft");
        let (last, before) = (page.words(TIP), shown);
        assert!(!last.is_empty() && last != before, "{kind}: {last}");
        page.key("Escape");
        assert_eq!(page.words(TIP), "", "{kind}");
        assert_good(&mut page, &format!("plot-{kind}"));
    }
}

#[test]
fn the_legend_dims_the_others() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.plot(&["--kind", "latency"]));
    let dimmed = "[...document.querySelectorAll('[data-of].dim')].map(g => g.dataset.of)
        .filter((of, place, all) => all.indexOf(of) === place).join(' ')";
    assert_eq!(page.words(dimmed), "");
    let at = page.middle_of("[data-entry='1']");
    page.click(at);
    assert_eq!(page.words(dimmed), "0 2 3");
    assert_eq!(page.evaluate("document.querySelectorAll('#numbers tr.dim').length"), 9);
    // Marks that are dim tell nothing, and keys pass them by.
    page.evaluate("plot.focus()");
    page.key("Home");
    assert!(page.words(TIP).starts_with("references, p99"), "{}", page.words(TIP));
    // The keyboard presses too, and once more lets go.
    page.evaluate("document.querySelector('[data-entry=\"0\"]').focus()");
    page.key("Enter");
    assert_eq!(page.words(dimmed), "2 3");
    page.key(" ");
    assert_eq!(page.words(dimmed), "0 2 3");
    page.click(at);
    assert_eq!(page.words(dimmed), "");
    page.click(at);
    page.screenshot("plot-dimmed");
}

#[test]
fn columns_sort_the_table_by_what_they_count() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    let mut page = browser.page(Size::LARGE, Look::Light);
    page.open(&made.plot(&["--kind", "foreground", "--where", "round trip=2ms", "--by", "policy"]));
    let column = |number: u32| {
        format!("[...numbers.tBodies[0].rows].map(r => r.cells[{number}].innerText).join(',')")
    };
    let before = page.words(&column(2));
    let head = |number: u32| format!("#numbers thead th:nth-child({number}) button");
    let at = page.middle_of(&head(3));
    page.click(at);
    // Of 2 ms: medians, then up to ten times as much; rates of writes have no unit.
    let sorted = page.words(&column(2));
    let numbers: Vec<_> = sorted.split(',').filter(|cell| cell.ends_with("ms")).collect();
    assert_eq!((numbers.len(), numbers[0], numbers[39]), (40, "2 ms", "20 ms"));
    assert!(sorted.ends_with("ms,,,,,,,"), "nothing comes last: {sorted}");
    assert_eq!(page.words("numbers.tHead.rows[0].cells[2].ariaSort"), "ascending");
    page.evaluate(&format!("document.querySelector({:?}).focus()", head(3)));
    page.key("Enter");
    let descending = page.words(&column(2));
    let numbers: Vec<_> = descending.split(',').filter(|cell| cell.ends_with("ms")).collect();
    assert_eq!((numbers[0], numbers[39]), ("20 ms", "2 ms"));
    assert!(before != sorted && sorted != descending);
    // Marks still tell their own numbers.
    let text = told(&mut page, "g[data-of='0'] rect", 0);
    assert_eq!(text, "references, CPs simulated time 1 s from 1 s to 2 s");
}

#[test]
fn without_scripts_and_on_paper_the_numbers_are_there() {
    let Some(mut browser) = Browser::start() else { return };
    let made = Made::new();
    let path = made.plot(&["--kind", "saved"]);
    let mut page = browser.page(Size::SMALL, Look::Light);
    page.allow(Scripts::AreOff);
    page.open(&path);
    let text = page.words("document.body.innerText");
    for part in [
        "full-blocks",
        "20 ms",
        "30 %",
        "experiment over <distance>",
        "seeds 0..2",
        "mirrorsim plot results -o figure.html --kind saved",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    assert!(!text.contains("arrow keys"), "what needs a script is not promised");
    assert_eq!(page.evaluate("document.querySelector('#plot [role=button]') === null"), true);
    page.screenshot("plot-without-scripts");
    page.allow(Scripts::Run);
    page.open(&path);
    page.emulate(Medium::Paper, Look::Dark);
    assert_eq!(page.words("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert_eq!(page.evaluate("document.querySelector('.hint').getClientRects().length"), 0);
    assert!(page.pdf().len() > 5000);
}
