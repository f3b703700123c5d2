//! What all our pages are: one file that loads nothing and asks nobody.

use super::hash;
use serde_json::Value;

/// An HTML file that needs nothing else.
pub(crate) struct Document<'a> {
    /// Of the window, as HTML.
    pub title: &'a str,
    pub style: &'a str,
    /// What is seen, as HTML.
    pub body: &'a str,
    /// What the script finds in the element `data`.
    pub data: &'a Value,
    pub script: &'a str,
}

impl Document<'_> {
    /// The file.
    pub fn html(&self) -> String {
        let Self { title, style, body, script, .. } = self;
        format!(
            "{}<style>{style}</style>\n</head>\n<body>\n{body}\
             <script type=\"application/json\" id=\"data\">{}</script>\n\
             <script>{script}</script>\n</body>\n</html>\n",
            head(title, style, script),
            embedded(self.data),
        )
    }
}

/// All that stands before the style. What the page may do is said first (CSP level 3): run this one
/// script, take this one style, and load nothing.
pub(super) fn head(title: &str, style: &str, script: &str) -> String {
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash::source(script),
        hash::source(style)
    );
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n"
    )
}

/// JSON that cannot end the element it stands in.
pub(super) fn embedded(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}
