//! The outline of a page: its elements, its policy, and that it loads nothing.

use super::super::hash;
use super::made::{LOSSY, Made, page};
use crate::timeline::Window;

fn made() -> Made {
    page(LOSSY, Window::ALL, 100_000)
}

/// Elements without an end.
const VOID: [&str; 4] = ["meta", "br", "input", "link"];

/// Whether every element that begins ends, in order. Ours are written in full, so no rules about
/// ends that may be left out are needed.
fn unbalanced(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(begin) = rest.find('<') {
        rest = &rest[begin + 1..];
        let end = rest.find('>')?;
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('!') || VOID.contains(&name) || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            let last = open.pop();
            if last != Some(name) {
                return Some(format!("</{name}> ends {last:?}"));
            }
        } else {
            open.push(name);
            if matches!(name, "script" | "style") {
                rest = &rest[rest.find(&format!("</{name}>"))?..];
            }
        }
    }
    (!open.is_empty()).then(|| format!("{open:?} do not end"))
}

#[test]
fn every_element_ends() {
    assert_eq!(unbalanced("<p><b>x</p></b>"), Some("</p> ends Some(\"b\")".to_owned()));
    assert_eq!(unbalanced("<p><br>x"), Some("[\"p\"] do not end".to_owned()));
    let html = made().html;
    assert_eq!(unbalanced(&html), None);
    for element in
        ["<!doctype html>", "<html lang=\"en\">", "<title>PASS · lossy · mirrorsim</title>"]
    {
        assert_eq!(html.matches(element).count(), 1, "{element}");
    }
    for part in ["verdict", "figures", "timeline", "charts", "scenario", "detail", "overview"] {
        assert_eq!(html.matches(&format!(" id=\"{part}\"")).count(), 1, "{part} is there once");
    }
}

#[test]
fn the_policy_names_the_only_script_and_style() {
    let made = made();
    let policy = made.between("http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let (script, style) =
        (made.between("<script>", "</script>"), made.between("<style>", "</style>"));
    let wanted = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash::source(script),
        hash::source(style)
    );
    assert_eq!(policy, wanted);
    assert_eq!(made.html.matches("<script").count(), 2, "the program and its data");
    let shell = made.html.replace(script, "").replace(style, "");
    for inline in [" style=", " onclick=", " onload=", " onerror=", "javascript:"] {
        assert!(!shell.contains(inline), "{inline}");
    }
    let before = &made.html[..made.html.find("<style>").expect("a style")];
    assert!(before.contains("Content-Security-Policy"), "the policy comes first");
}

#[test]
fn nothing_is_loaded() {
    let made = made();
    for way in [
        " src=",
        "url(",
        "@import",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "EventSource",
        "import(",
        "sendBeacon",
        "new Worker",
        "<link",
        "<iframe",
        "<img",
        "<object",
        "<base",
    ] {
        assert!(!made.html.contains(way), "{way}");
    }
    for (place, _) in made.html.match_indices("href=\"") {
        assert_eq!(&made.html[place..place + 7], "href=\"#", "links lead within the page only");
    }
    // The name of a language of pictures, and where uPlot comes from in a comment.
    let named = ["http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot"];
    let rest = named.iter().fold(made.html.clone(), |html, name| html.replace(name, ""));
    assert!(!rest.contains("http:") && !rest.contains("https:"));
}

#[test]
fn the_licence_of_what_is_not_ours_goes_with_it() {
    assert!(made().html.contains("Copyright (c) 2022 Leon Sorokin"));
}
