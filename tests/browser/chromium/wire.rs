//! The protocol of the browser's tools: JSON with a NUL after each message, over two pipes.

use super::PATIENCE;
use super::deadline::Deadline;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, channel};

/// What a page told of its own accord.
#[derive(Debug, Clone)]
pub struct Event {
    pub session: String,
    pub method: String,
    pub told: Value,
}

/// A conversation with a browser.
pub struct Wire {
    to: ChildStdin,
    from: Receiver<Value>,
    next: u64,
    events: Vec<Event>,
    /// What the browser has to say on its standard error.
    log: PathBuf,
}

impl Wire {
    pub fn new(to: ChildStdin, from: ChildStdout, log: PathBuf) -> Self {
        let (sender, receiver) = channel();
        // It ends with the browser, whose death closes the pipe.
        std::thread::spawn(move || {
            for message in BufReader::new(from).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { to, from: receiver, next: 0, events: Vec::new(), log }
    }

    /// Sends a command and does not wait; its number.
    pub fn say(&mut self, session: Option<&str>, method: &str, words: Value) -> u64 {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method });
        message["params"] = words;
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        // A browser that is gone is noticed where its answer is awaited.
        let _ = self.to.write_all(format!("{message}\0").as_bytes());
        self.next
    }

    /// Sends a command and waits for its answer.
    ///
    /// # Panics
    /// If the browser refuses, is gone, or takes too long.
    pub fn call(&mut self, session: Option<&str>, method: &str, words: Value) -> Value {
        let answer = self.ask(session, method, words);
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Sends a command; its answer, or why the browser refuses.
    pub fn ask(
        &mut self,
        session: Option<&str>,
        method: &str,
        words: Value,
    ) -> Result<Value, Value> {
        let number = self.say(session, method, words);
        let deadline = Deadline::after(PATIENCE);
        loop {
            let mut message = self.next_message(deadline, method);
            if message["id"] == number {
                let error = message["error"].take();
                return if error.is_null() { Ok(message["result"].take()) } else { Err(error) };
            }
            self.note(message);
        }
    }

    /// Waits until a page has told this, and what.
    pub fn await_event(&mut self, session: &str, method: &str) -> Value {
        let deadline = Deadline::after(PATIENCE);
        let is_it = |event: &Event| event.session == session && event.method == method;
        loop {
            if let Some(place) = self.events.iter().position(is_it) {
                return self.events.remove(place).told;
            }
            let message = self.next_message(deadline, method);
            self.note(message);
        }
    }

    /// What a page has told so far.
    pub fn events(&self, session: &str) -> Vec<Event> {
        self.events.iter().filter(|event| event.session == session).cloned().collect()
    }

    /// Forgets what a page has told.
    pub fn forget(&mut self, session: &str) {
        self.events.retain(|event| event.session != session);
    }

    fn note(&mut self, mut message: Value) {
        // An answer that nobody waits for has no method.
        if let Some(method) = message["method"].as_str().map(str::to_owned) {
            let session = message["sessionId"].as_str().unwrap_or_default().to_owned();
            self.events.push(Event { session, method, told: message["params"].take() });
        }
    }

    fn next_message(&self, deadline: Deadline, what: &str) -> Value {
        self.from.recv_timeout(deadline.left()).unwrap_or_else(|error| {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            panic!("waits for {what}: {error}; the browser says:\n{log}")
        })
    }
}
