//! Text as HTML: whatever it holds, it stays text.

use crate::report::text::Table;
use std::fmt::Write as _;

/// `text` as a text or an attribute's value. Control characters are blanks.
pub(crate) fn text(text: &str) -> String {
    text.chars().map(escaped).collect()
}

/// As [`text`], cut where it would take more than `most` bytes.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        let sign = escaped(sign);
        if out.len() + sign.len() > most {
            out.push('…');
            break;
        }
        out.push_str(&sign);
    }
    out
}

/// `text` for a script that writes it as text: at most so many signs, none of which confuses.
pub(super) fn plain(text: &str, most: usize) -> String {
    let odd = |sign: &char| escaped(*sign).is_empty();
    let signs = text.chars().filter(|sign| !odd(sign));
    let mut signs: Vec<_> = signs.map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    if signs.len() > most {
        signs.truncate(most);
        signs.push('…');
    }
    signs.into_iter().collect()
}

/// How a sign is written. Signs that turn the direction of what follows are left out, so that a
/// name cannot rearrange the page around it.
fn escaped(sign: char) -> String {
    match sign {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '\n' => "\n".to_owned(),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => String::new(),
        sign if sign.is_control() || matches!(sign, '\u{FFFE}' | '\u{FFFF}') => " ".to_owned(),
        sign => sign.to_string(),
    }
}

/// A table under its caption, in a box of its own that scrolls where there is little room.
pub(super) fn table(caption: &str, table: &Table) -> String {
    let rows = table.rows().iter().map(Vec::as_slice);
    rows_under(caption, Cells::Numbers, table.heads(), rows)
}

/// What the cells of a table hold beside the names in the first column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cells {
    Numbers,
    Words,
}

/// As [`table`], of heads and rows; no heads: names, and what is said of each.
pub(super) fn rows_under<'a>(
    caption: &str,
    cells: Cells,
    heads: &[String],
    rows: impl Iterator<Item = &'a [String]>,
) -> String {
    let caption = text(caption);
    let kind = match cells {
        _ if heads.is_empty() => "said",
        Cells::Numbers => "numbers",
        Cells::Words => "words",
    };
    let mut html = format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\
         <table class=\"{kind}\"><caption>{caption}</caption>\n"
    );
    if !heads.is_empty() {
        let heads = heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", text(head)));
        let _ = writeln!(html, "<thead><tr>{}</tr></thead>", heads.collect::<String>());
    }
    html.push_str("<tbody>\n");
    for row in rows {
        let cells = row.iter().enumerate().map(|(place, cell)| match place {
            0 => format!("<th scope=\"row\">{}</th>", text(cell)),
            _ => format!("<td>{}</td>", text(cell)),
        });
        let _ = writeln!(html, "<tr>{}</tr>", cells.collect::<String>());
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// A table that stands in for a picture where scripts are off, and is folded away where they are on.
pub(super) fn folded(summary: &str, inside: &str) -> String {
    let summary = text(summary);
    format!("<details class=\"stand-in\" open><summary>{summary}</summary>\n{inside}</details>\n")
}

/// A moment of the run in seconds: `2.100345 s`; nanoseconds are cut off.
pub(super) fn moment(nanos: u64) -> String {
    format!("{}.{:06} s", nanos / 1_000_000_000, nanos % 1_000_000_000 / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            text("</script><img onerror='x' a=\"&\">"),
            "&lt;/script&gt;&lt;img onerror=&#39;x&#39; a=&quot;&amp;&quot;&gt;"
        );
        assert_eq!(text("a\0b\u{202E}c\u{1b}[31m"), "a bc [31m");
        assert_eq!(clipped("<<<<", 9), "&lt;&lt;…");
        assert_eq!(clipped("ab", 2), "ab");
    }

    #[test]
    fn moments_are_seconds() {
        assert_eq!(
            [0, 2_100_345_999, 60_000_000_000].map(moment),
            ["0.000000 s", "2.100345 s", "60.000000 s"]
        );
    }
}
