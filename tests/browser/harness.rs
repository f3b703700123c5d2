//! The harness itself: that it sees what it is there to see.

use super::chromium::{Browser, Look, Medium, Scripts, Size};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A page with this body.
fn page(body: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a directory to write to");
    let path = folder.path().join("page.html");
    let text = format!("<!doctype html><html lang=en><title>A page</title>{body}");
    fs::write(&path, text).expect("a file can be written");
    (folder, path)
}

const POLICY: &str = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; \
                      script-src 'unsafe-inline'\">";

#[test]
fn every_complaint_is_heard() {
    let Some(mut browser) = Browser::start() else { return };
    let mut shown = browser.page(Size::LARGE, Look::Light);
    for (body, part) in [
        ("<p>nothing to say</p>".to_owned(), ""),
        ("<script>console.log('a word')</script>".to_owned(), "console: "),
        ("<script>setTimeout(() => { throw Error('late') })</script>".to_owned(), "exception: "),
        ("<script>requestAnimationFrame(() => nothing())</script>".to_owned(), "exception: "),
        (format!("{POLICY}<style>p {{ color: red }}</style>"), "style-src"),
        (format!("{POLICY}<script>eval('1')</script>"), "unsafe-eval"),
        ("<img src=http://example.invalid/a.png>".to_owned(), "asked for http://example.invalid"),
        ("<script src=beside.js></script>".to_owned(), "asked for file:"),
    ] {
        let (_folder, path) = page(&body);
        shown.open(&path);
        let heard = shown.complaints();
        assert_eq!(heard.is_empty(), part.is_empty(), "{body}: {heard:?}");
        assert!(heard.iter().any(|one| one.contains(part)) || part.is_empty(), "{body}: {heard:?}");
    }
}

#[test]
fn mouse_wheel_and_keys_arrive() {
    const LISTEN: &str = "<div id=pad style='width: 300px; height: 200px'></div><input id=field>
        <script>
          const heard = [];
          const hear = (where, what) => where.addEventListener(what, event =>
            heard.push([what, event.key ?? event.buttons, event.deltaY ?? 0].join(' ')));
          for (const what of ['mousemove', 'mousedown', 'mouseup', 'click', 'wheel'])
            hear(document.getElementById('pad'), what);
          hear(window, 'keydown');
        </script>";
    let Some(mut browser) = Browser::start() else { return };
    let mut shown = browser.page(Size::LARGE, Look::Light);
    let (_folder, path) = page(LISTEN);
    shown.open(&path);
    let (x, y) = shown.middle_of("#pad");
    shown.click((x, y));
    shown.wheel((x, y), -120.0);
    shown.wait_for("heard.some(one => one.startsWith('wheel'))");
    let heard = shown.words("heard.splice(0).join('; ')");
    let clicked =
        "mousemove 0 0; mousedown 1 0; mouseup 0 0; click 0 0; mousemove 0 0; wheel 0 -120";
    assert_eq!(heard, clicked);
    shown.drag((x - 40.0, y), (x + 40.0, y));
    let heard = shown.words("heard.splice(0).join('; ')");
    assert!(heard.contains("mousedown 1 0; mousemove 1 0; mousemove 1 0"), "{heard}");
    shown.key("Tab");
    for key in ["a", "+", "ArrowLeft", "Enter", "Escape"] {
        shown.key(key);
    }
    let heard = shown.words("heard.join('; ')");
    let keys = ["Tab", "a", "+", "ArrowLeft", "Enter", "Escape"];
    assert_eq!(heard, keys.map(|key| format!("keydown {key} 0")).join("; "));
    assert_eq!(shown.words("field.value"), "a+");
    shown.tab_back();
    assert_eq!(shown.words("document.activeElement.tagName"), "BODY");
}

#[test]
fn sizes_looks_media_and_scripts_are_emulated() {
    let Some(mut browser) = Browser::start() else { return };
    let mut shown = browser.page(Size::SMALL, Look::Dark);
    let (_folder, path) =
        page("<p>A page. <noscript>none</noscript><script>window.ran = true</script>");
    shown.open(&path);
    let is = |medium: &str| format!("matchMedia('{medium}').matches");
    assert_eq!(shown.evaluate("[innerWidth, innerHeight]"), serde_json::json!([375, 812]));
    assert!((shown.number("innerWidth / 2") - 187.5).abs() < 1e-9);
    assert_eq!(shown.evaluate(&is("(prefers-color-scheme: dark)")), true);
    assert_eq!(shown.evaluate("navigator.onLine"), false);
    shown.emulate(Medium::Paper, Look::Light);
    assert_eq!(shown.evaluate(&is("print and (prefers-color-scheme: light)")), true);
    assert_eq!(shown.evaluate("window.ran"), true);
    shown.allow(Scripts::AreOff);
    shown.open(&path);
    assert_eq!(shown.evaluate("window.ran === undefined"), true);
    assert_eq!(shown.words("document.body.innerText.trim()"), "A page. none");
    assert!(shown.pdf().starts_with(b"%PDF-"));
    shown.allow(Scripts::Run);
    shown.open(&path);
    assert_eq!(shown.words("document.body.innerText.trim()"), "A page.");
}

#[test]
fn pictures_are_of_the_whole_page() {
    let Some(mut browser) = Browser::start() else { return };
    let mut shown = browser.page(Size(200, 100), Look::Light);
    let (_folder, path) = page("<style>body { margin: 0; height: 321px }</style>");
    shown.open(&path);
    let picture = fs::read(shown.screenshot("harness")).expect("it is there");
    assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!([&picture[16..20], &picture[20..24]], [200_u32, 321].map(u32::to_be_bytes));
}

#[test]
fn a_browser_is_gone_when_it_is_dropped_and_after_a_panic() {
    let Some(browser) = Browser::start() else { return };
    let (group, profile) = (browser.group(), browser.profile().to_owned());
    assert!(!processes(group).is_empty() && profile.exists());
    drop(browser);
    assert!(processes(group).is_empty() && !profile.exists());
    let panicked = std::panic::catch_unwind(|| {
        let browser = Browser::start().expect("it was there before");
        let kept = (browser.group(), browser.profile().to_owned());
        std::panic::panic_any(kept);
    });
    let kept = panicked.expect_err("it panics");
    let (group, profile) = kept.downcast_ref::<(u32, PathBuf)>().expect("what it panics with");
    assert!(processes(*group).is_empty() && !profile.exists());
}

/// Processes of a group that still run.
fn processes(group: u32) -> Vec<String> {
    let all = fs::read_dir("/proc").expect("there is a /proc").filter_map(Result::ok);
    let states = all.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let of_group = |stat: &String| {
        // After the name: state, parent, group.
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
        fields.get(1) != Some(&"Z") && fields.get(3) == Some(&group.to_string().as_str())
    };
    states.filter(of_group).collect()
}
