//! Names that want to be programs.

use super::made::{LOSSY, page};
use crate::timeline::Window;

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>'\\\"&--><!--";

#[test]
fn hostile_names_stay_names() {
    let escaped = serde_json::to_string(HOSTILE).expect("a text");
    let text = LOSSY.replace("\"lossy\"", &escaped).replace("\"pg\"", &escaped);
    let text = text.replace("\"A link that loses.\"", &escaped);
    let made = page(&text, Window::ALL, 1_000);
    for trap in ["<img", "</script><", "<!--"] {
        assert_eq!(made.html.matches(trap).count(), 0, "{trap}");
    }
    assert_eq!(made.html.matches("</script>").count(), 2);
    assert_eq!(made.data()["timeline"]["clients"][0], HOSTILE);
    assert!(made.between("<h1>", "</h1>").starts_with("&lt;/script&gt;&lt;img src=x"));
}

#[test]
fn long_names_are_cut() {
    let long = "<".repeat(200);
    let text = LOSSY.replace("\"lossy\"", &format!("\"{long}\""));
    let made = page(&text, Window::ALL, 1_000);
    assert!(made.html.len() <= super::super::LONGEST, "{}", made.html.len());
    assert!(made.between("<h1>", "</h1>").ends_with('…'));
}
