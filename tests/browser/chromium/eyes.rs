//! What a page looks like, and what the browser has to say about it.

use super::page::Page;
use super::wire::Event;
use serde_json::json;
use std::path::{Path, PathBuf};

impl Page<'_> {
    /// What the browser has to say about the page since it was opened: messages on the console,
    /// exceptions, what the content-security policy forbade, and whatever it asked of a network.
    pub fn complaints(&mut self) -> Vec<String> {
        // What a page does when it has drawn itself, it has then done.
        self.evaluate(
            "new Promise(done => { const end = () => setTimeout(done); \
             document.hidden ? end() : requestAnimationFrame(() => requestAnimationFrame(end)); \
             setTimeout(done, 2000); })",
        );
        let events = self.wire.events(&self.session);
        events.iter().filter_map(complaint).collect()
    }

    /// The whole page as a picture: `target/browser/NAME.png`, to be looked at.
    pub fn screenshot(&mut self, name: &str) -> PathBuf {
        let sizes = self.call("Page.getLayoutMetrics", json!({}));
        let size = &sizes["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"],
                           "scale": 1 });
        let words = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.call("Page.captureScreenshot", words);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser");
        std::fs::create_dir_all(&folder).expect("a directory can be made");
        let path = folder.join(format!("{name}.png"));
        let picture = decoded(answer["data"].as_str().expect("a picture"));
        std::fs::write(&path, picture).expect("a file can be written");
        path
    }

    /// The page as it is printed, as PDF.
    pub fn pdf(&mut self) -> Vec<u8> {
        let words = json!({ "printBackground": true, "preferCSSPageSize": true });
        let answer = self.call("Page.printToPDF", words);
        decoded(answer["data"].as_str().expect("a document"))
    }
}

fn complaint(event: &Event) -> Option<String> {
    let Event { method, told, .. } = event;
    match method.as_str() {
        "Runtime.consoleAPICalled" => Some(format!("console: {}", told["args"])),
        "Runtime.exceptionThrown" => Some(format!("exception: {}", told["exceptionDetails"])),
        "Log.entryAdded" => Some(format!("log: {}", told["entry"])),
        "Audits.issueAdded" => Some(format!("issue: {}", told["issue"])),
        "Network.requestWillBeSent" => {
            let url = told["request"]["url"].as_str().unwrap_or_default();
            let own = told["type"] == "Document" && url.starts_with("file:");
            (!own && !url.starts_with("data:")).then(|| format!("asked for {url}"))
        }
        _ => None,
    }
}

/// The bytes that base 64 stands for.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = (held << 6 | u32::from(value)) & 0xFFF_FFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).expect("it is masked"));
        }
    }
    bytes
}

#[test]
fn base_64_is_read() {
    for (text, bytes) in [("", &b""[..]), ("aQ==", b"i"), ("aVE=", b"iQ"), ("+/8A", b"\xFB\xFF\0")]
    {
        assert_eq!(decoded(text), bytes, "{text}");
    }
}
