//! The style and the script of a page, put together from their files.

use std::fmt::Write as _;

/// Colours, letters and tables of all our pages.
pub(crate) const BASE: [&str; 2] =
    [include_str!("assets/page.css"), include_str!("assets/paper.css")];

/// Each begins with what the ones before it made.
const SCRIPTS: [&str; 14] = [
    include_str!("assets/page.js"),
    include_str!("assets/words.js"),
    include_str!("assets/data.js"),
    include_str!("assets/view.js"),
    include_str!("assets/lanes.js"),
    include_str!("assets/key.js"),
    include_str!("assets/draw.js"),
    include_str!("assets/marks.js"),
    include_str!("assets/tell.js"),
    include_str!("assets/picture.js"),
    include_str!("assets/overview.js"),
    include_str!("assets/controls.js"),
    include_str!("assets/charts.js"),
    include_str!("assets/start.js"),
];

const UPLOT: &str = include_str!("assets/uPlot.iife.min.js");
const UPLOT_LICENSE: &str = include_str!("assets/LICENSE-uPlot");

/// The style of a page.
pub(super) fn style() -> String {
    format!("{}{}", bare(include_str!("assets/uPlot.min.css")), BASE.map(bare).concat())
}

/// The script of a page: one function that is called once and leaves no name behind.
pub(super) fn script() -> String {
    let mut script = String::from("(()=>{\n\"use strict\";\n");
    let _ = writeln!(script, "/*! uPlot\n{}\n*/\n{}", UPLOT_LICENSE.trim(), UPLOT.trim());
    for file in SCRIPTS {
        script.push_str(&bare(file));
    }
    script.push_str("})();\n");
    script
}

/// A file without what only its readers need: indentation, and lines that are comments or blank. No
/// text in our files spans lines.
pub(crate) fn bare(file: &str) -> String {
    let lines = file.lines().map(str::trim);
    let told = |line: &&str| !line.is_empty() && !line.starts_with("//");
    let mut text = String::with_capacity(file.len());
    for line in lines.filter(told) {
        let _ = writeln!(text, "{line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_readers_need_is_left_out() {
        assert_eq!(bare("  // why\n\n  const a = 1; // stays\n"), "const a = 1; // stays\n");
        for file in SCRIPTS {
            assert_eq!(file.matches('`').count() % 2, 0, "a template has two ends");
            for line in file.lines() {
                assert_eq!(line.matches('`').count() % 2, 0, "{line}: it ends on its line");
            }
        }
    }

    #[test]
    fn nothing_ends_the_script_or_style_early() {
        assert!(!script().to_lowercase().contains("</script") && !script().contains("<!--"));
        assert!(!style().to_lowercase().contains("</style"));
    }
}
