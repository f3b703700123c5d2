//! The mouse and the keyboard.

use super::page::Page;
use serde_json::json;

/// A point of the window, in pixels from its left and top.
pub type Point = (f64, f64);

impl Page<'_> {
    /// The middle of the first element that a selector finds, which is brought into view; the
    /// page has heard of that by then.
    #[track_caller]
    pub fn middle_of(&mut self, selector: &str) -> Point {
        let place = format!(
            "(async () => {{ const e = document.querySelector({selector:?}); \
             e.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }}); \
             await new Promise(done => requestAnimationFrame(() => setTimeout(done))); \
             const b = e.getBoundingClientRect(); \
             return [b.left + b.width / 2, b.top + b.height / 2]; }})()"
        );
        let place = self.evaluate(&place);
        let part = |which: usize| place[which].as_f64().expect("a place is two numbers");
        (part(0), part(1))
    }

    fn mouse(&mut self, what: &str, (x, y): Point, pressed: u8) {
        let button = if what == "mouseMoved" && pressed == 0 { "none" } else { "left" };
        let words = json!({ "type": what, "x": x, "y": y, "button": button, "buttons": pressed,
                            "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", words);
    }

    /// Moves the pointer to a point.
    pub fn move_to(&mut self, at: Point) {
        self.mouse("mouseMoved", at, 0);
    }

    /// Presses and releases the left button at a point.
    pub fn click(&mut self, at: Point) {
        self.move_to(at);
        self.mouse("mousePressed", at, 1);
        self.mouse("mouseReleased", at, 0);
    }

    /// Moves from one point to another with the left button pressed.
    pub fn drag(&mut self, from: Point, to: Point) {
        const STEPS: u8 = 8;
        self.move_to(from);
        self.mouse("mousePressed", from, 1);
        for step in 1..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let between = |from: f64, to: f64| from + (to - from) * share;
            self.mouse("mouseMoved", (between(from.0, to.0), between(from.1, to.1)), 1);
        }
        self.mouse("mouseReleased", to, 0);
    }

    /// Turns the wheel at a point by so many pixels; what is above zero scrolls down.
    pub fn wheel(&mut self, (x, y): Point, down: f64) {
        self.move_to((x, y));
        let words = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": down });
        self.call("Input.dispatchMouseEvent", words);
    }

    /// Presses and releases a key, as `KeyboardEvent.key` names it: `ArrowLeft`, `Tab`, `+`, `a`.
    pub fn key(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            " " => 32,
            "PageUp" => 33,
            "PageDown" => 34,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = match key {
            "Enter" => "\r",
            one if one.chars().count() == 1 => one,
            _ => "",
        };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for what in [down, "keyUp"] {
            let text = if what == "keyUp" { "" } else { text };
            let words = json!({ "type": what, "key": key, "text": text,
                                "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", words);
        }
    }

    /// Goes one stop back.
    pub fn tab_back(&mut self) {
        const SHIFT: u8 = 8;
        for what in ["rawKeyDown", "keyUp"] {
            let words = json!({ "type": what, "key": "Tab", "windowsVirtualKeyCode": 9,
                                "modifiers": SHIFT });
            self.call("Input.dispatchKeyEvent", words);
        }
    }
}
