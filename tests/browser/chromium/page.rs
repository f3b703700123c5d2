//! A page: what it shows, and what is asked of it.

use super::PATIENCE;
use super::deadline::Deadline;
use super::wire::Wire;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Pixels of a window: width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u32, pub u32);

impl Size {
    /// A telephone, held upright.
    pub const SMALL: Self = Self(375, 812);
    /// A screen on a desk.
    pub const LARGE: Self = Self(1440, 900);
}

/// What the reader's system prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Light,
    Dark,
}

/// What a page is shown on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    Screen,
    Paper,
}

/// Whether scripts of pages run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    Run,
    AreOff,
}

/// A page of a browser, without a network.
pub struct Page<'a> {
    pub(super) wire: &'a mut Wire,
    pub(super) session: String,
    target: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(wire: &'a mut Wire, size: Size, look: Look) -> Self {
        let made = wire.call(None, "Target.createTarget", json!({ "url": "about:blank" }));
        let target = made["targetId"].as_str().expect("a target has an id").to_owned();
        let words = json!({ "targetId": target, "flatten": true });
        let attached = wire.call(None, "Target.attachToTarget", words);
        let session = attached["sessionId"].as_str().expect("a session has an id").to_owned();
        let mut page = Self { wire, session, target };
        for domain in ["Page", "Runtime", "Log", "Audits", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        let none = json!({ "offline": true, "latency": 0, "downloadThroughput": 0,
                           "uploadThroughput": 0 });
        page.call("Network.emulateNetworkConditions", none);
        page.resize(size);
        page.emulate(Medium::Screen, look);
        page
    }

    /// Sends a command to the page.
    pub(super) fn call(&mut self, method: &str, words: Value) -> Value {
        self.wire.call(Some(&self.session), method, words)
    }

    /// Makes the window so large.
    pub fn resize(&mut self, Size(width, height): Size) {
        let words = json!({ "width": width, "height": height, "deviceScaleFactor": 1,
                            "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", words);
    }

    /// Shows the page on this medium, to someone who prefers this look.
    pub fn emulate(&mut self, medium: Medium, look: Look) {
        let medium = match medium {
            Medium::Screen => "screen",
            Medium::Paper => "print",
        };
        let scheme = match look {
            Look::Light => "light",
            Look::Dark => "dark",
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": medium, "features": features }));
    }

    /// Lets scripts of pages run, or not; for pages opened from now on.
    pub fn allow(&mut self, scripts: Scripts) {
        let off = scripts == Scripts::AreOff;
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": off }));
    }

    /// Opens a file, and waits until all of it is there.
    pub fn open(&mut self, file: &Path) {
        let file = file.canonicalize().expect("the file is there");
        self.wire.forget(&self.session);
        let url = format!("file://{}", file.display());
        let answer = self.call("Page.navigate", json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {answer}");
        self.wire.await_event(&self.session, "Page.loadEventFired");
    }

    /// What an expression comes to; a promise is awaited.
    ///
    /// # Panics
    /// If it throws, which is told with the expression.
    #[track_caller]
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let words = json!({ "expression": expression, "returnByValue": true,
                            "awaitPromise": true, "userGesture": true });
        let answer = self.call("Runtime.evaluate", words);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown:#}");
        answer["result"]["value"].clone()
    }

    /// The words that an expression comes to.
    #[track_caller]
    pub fn words(&mut self, expression: &str) -> String {
        let value = self.evaluate(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} is {value}")).to_owned()
    }

    /// The number that an expression comes to.
    #[track_caller]
    pub fn number(&mut self, expression: &str) -> f64 {
        let value = self.evaluate(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// Waits until an expression is true.
    ///
    /// # Panics
    /// If that takes too long.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let deadline = Deadline::after(PATIENCE);
        while self.evaluate(&format!("Boolean({expression})")) != true {
            assert!(!deadline.is_over(), "waited too long: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        self.wire.say(None, "Target.closeTarget", json!({ "targetId": self.target }));
    }
}
