//! A Chromium without a screen: found, started, ended.

mod deadline;
mod eyes;
mod hands;
mod page;
mod wire;

pub use page::{Look, Medium, Page, Scripts, Size};

use deadline::Deadline;
use serde_json::json;
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use wire::Wire;

/// Longer than anything takes on a machine that has much else to do; waits end when it is there.
const PATIENCE: Duration = Duration::from_secs(90);

/// Browsers that run at once: more would only wait for one another.
static ONE: Mutex<()> = Mutex::new(());

/// A browser with a profile of its own. Both are gone when it is dropped, after a panic too.
pub struct Browser {
    wire: Wire,
    child: Child,
    profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    /// Starts a browser; none where there is no Chromium, which is said on standard error.
    ///
    /// # Panics
    /// If there has to be one, or it does not start.
    pub fn start() -> Option<Self> {
        let turn = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(program) = program() else {
            let required = std::env::var_os("MIRRORSIM_BROWSER_REQUIRED");
            assert!(required.is_none_or(|word| word != "1"), "there is no Chromium on PATH");
            // Tests hide what is printed in the usual way.
            let _ = writeln!(std::io::stderr(), "not run: there is no Chromium on PATH");
            return None;
        };
        let profile = tempfile::tempdir().expect("a directory to write to");
        let mut child = spawn(&program, profile.path());
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let (to, from) = (to.expect("it was asked for"), from.expect("it was asked for"));
        let wire = Wire::new(to, from, profile.path().join("log"));
        let mut browser = Self { wire, child, profile, _turn: turn };
        browser.wire.call(None, "Browser.getVersion", json!({}));
        Some(browser)
    }

    /// An empty page, `size` pixels large.
    pub fn page(&mut self, size: Size, look: Look) -> Page<'_> {
        Page::new(&mut self.wire, size, look)
    }

    /// The group of its processes.
    pub fn group(&self) -> u32 {
        self.child.id()
    }

    /// The folder of its profile.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It writes its profile to the end, if it is let; who does not want to hear is ended.
        self.wire.say(None, "Browser.close", json!({}));
        let deadline = Deadline::after(Duration::from_secs(5));
        while matches!(self.child.try_wait(), Ok(None)) && !deadline.is_over() {
            std::thread::sleep(Duration::from_millis(10));
        }
        // All that it started is of its group. There is nobody to tell what does not end.
        let group = format!("-{}", self.group());
        let mut kill = Command::new("kill");
        kill.args(["-KILL", "--", &group]).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = kill.status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program: what `MIRRORSIM_BROWSER` names, or the first of the usual names on `PATH`.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MIRRORSIM_BROWSER").filter(|name| !name.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.iter().find_map(|name| {
        folders.iter().map(|folder| folder.join(name)).find(|program| program.is_file())
    })
}

/// Starts the program. It reads commands from its descriptor 3, which is its standard input before a
/// shell has moved it there, and answers on 4.
fn spawn(program: &Path, profile: &Path) -> Child {
    let profile_is = |name: &str| {
        let mut word = OsString::from(name);
        word.push(profile);
        word
    };
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >"$LOG" 2>&1"#, "sh"])
        .arg(program)
        .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
        .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
        .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"])
        // Whatever a page asks of a network is not there.
        .arg("--host-resolver-rules=MAP * ~NOTFOUND")
        .arg(profile_is("--user-data-dir="))
        .arg("about:blank")
        .env("LOG", profile.join("log"))
        .env("HOME", profile)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().expect("a shell starts")
}
