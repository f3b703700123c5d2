//! Pages in a real browser without a screen: what they show, what the mouse and the keyboard do to
//! them, and that the browser has nothing to say about them.
//!
//! A test takes a [`chromium::Browser`], which is Chromium with an empty profile, and drives it over
//! two pipes. Where there is no Chromium the tests say so and pass, unless `MIRRORSIM_BROWSER_REQUIRED`
//! is `1`: then they fail. `MIRRORSIM_BROWSER` names another program.

#[path = "browser/chromium/mod.rs"]
mod chromium;
#[path = "browser/facts.rs"]
mod facts;
#[path = "browser/harness.rs"]
mod harness;
#[path = "browser/plots.rs"]
mod plots;
#[path = "browser/rows.rs"]
mod rows;
#[path = "browser/runs.rs"]
mod runs;
#[path = "browser/seen.rs"]
mod seen;
