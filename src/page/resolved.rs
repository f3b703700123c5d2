//! The resolved scenario, for those who keep pages.

use super::html::clipped;
use crate::report::text::bytes;

/// Bytes of it that a page holds, at most.
const MOST: usize = 24_000;

/// The section with the scenario, folded away, in at most so many bytes beside its frame.
pub(super) fn section(scenario: &str, room: usize) -> String {
    let most = room.min(MOST);
    let shown = clipped(scenario, most);
    let whole = clipped(scenario, usize::MAX).len();
    let note = if whole > most {
        format!(
            "<p class=\"note\">This is the beginning of {}; <code>mirrorsim run … --dry-run</code> \
             prints all of it.</p>\n",
            bytes(scenario.len() as u64)
        )
    } else {
        String::new()
    };
    format!(
        "<section id=\"scenario\" aria-labelledby=\"scenario-title\">\n\
         <h2 id=\"scenario-title\">The scenario</h2>\n\
         <details><summary>Every key, with the values that were left out written in</summary>\n\
         {note}<pre tabindex=\"0\"><code>{shown}</code></pre></details></section>\n"
    )
}
