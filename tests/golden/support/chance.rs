//! Scripts drawn by chance: writes, crashes, resets and losses at any moment. Whatever happened,
//! once it stops the mirror is in sync again, both images hold what was acknowledged, every client is
//! answered and all space is free (Spec 6, 7; L1–L5).

use crate::command;
use crate::flight::Side;
use crate::pair::Pair;
use mirrorsim::protocol::{MirrorState, Occupancy, Timer};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Commands of a drawn script before the world calms down.
const COMMANDS: u64 = 60;
/// Timers that may fire until the mirror must be in sync.
const CALM: usize = 60;

/// A sequence of draws (`SplitMix64`).
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let place = self.below(words.len() as u64);
        words[usize::try_from(place).expect("a list is short")]
    }
}

/// Runs the script of a seed; what is wrong at its end comes with all that was observed.
pub fn run(seed: u64) -> Result<(), String> {
    let mut script = Script {
        pair: Pair::new(crate::settings::default()),
        text: String::new(),
        tried: String::new(),
    };
    let ran = catch_unwind(AssertUnwindSafe(|| script.run(seed)));
    let result = ran.unwrap_or_else(|_| Err("a node or the world panicked".to_owned()));
    result.map_err(|problem| format!("seed {seed}: {problem}\n{}\n> {}", script.text, script.tried))
}

struct Script {
    pair: Pair,
    text: String,
    /// The newest command, which may have panicked.
    tried: String,
}

impl Script {
    /// Runs a command; one that makes no sense now changes nothing.
    fn command(&mut self, command: &str) {
        command.clone_into(&mut self.tried);
        let done = command::run(command, &mut self.pair);
        let lines = self.pair.take_lines();
        if done.is_ok() {
            self.text.push_str(&format!("\n> {command}\n{}\n", lines.join("\n")));
        }
    }

    fn run(&mut self, seed: u64) -> Result<(), String> {
        let mut draws = Draws(seed);
        let transport = draws.one_of(&["", "retransmit=1s"]);
        let mode = draws.one_of(&["mode=sync", "mode=sync", "mode=strict"]);
        let ack = draws.one_of(&["local", "received", "logged", "logged", "applied"]);
        let half = draws.one_of(&["", "entries=2", "entries=4"]);
        let message = draws.one_of(&["4KiB", "64KiB"]);
        let files = draws.one_of(&["2", "2", "3"]);
        let metadata = draws.one_of(&["none", "none", "tree"]);
        let room = draws.one_of(&["", "", "nvram_half=24KiB", "transfer_ids=3", "buffers=8"]);
        let packing = draws.one_of(&[
            "",
            "transfer_delay=1ms",
            "transfer_bytes=4KiB link_queue=13KiB cp_message_bytes=4KiB",
        ]);
        let cache = draws.one_of(&["", "cache=0B", "flush=3s"]);
        let dispatch = match ack {
            "local" => "",
            _ => draws.one_of(&["", "", "dispatch=destination-first"]),
        };
        let held = draws.one_of(&["", "held=fail"]);
        let settings = format!("{room} {packing} {cache} {dispatch} {held}");
        let bounds = format!("cp_message_bytes={message} nvlog_files={files} metadata={metadata}");
        self.command(&format!("set {bounds} {settings} {transport} {mode} {half} ack={ack}"));
        for _ in 0..COMMANDS {
            let command = self.draw(&mut draws, transport);
            self.command(&command);
            if let Some(wrong) = self.pair.wrong().pop() {
                return Err(wrong);
            }
        }
        self.calm()
    }

    fn draw(&mut self, draws: &mut Draws, transport: &str) -> String {
        let side = draws.one_of(&["source", "destination"]);
        let nth = draws.below(3) + 1;
        match draws.below(40) {
            0..6 => {
                let client = draws.below(3);
                let (offset, length) = (draws.below(12) * 2, draws.below(4) * 2 + 2);
                format!("write c{client} {offset}KiB+{length}KiB")
            }
            6..9 => "nvram".to_owned(),
            9..15 if transport.is_empty() => format!("deliver {side}"),
            9..15 => format!("deliver {side} n={nth}"),
            15..19 => format!("disk {side} n={nth}"),
            19..22 => "log".to_owned(),
            22..25 => format!("save {side}"),
            25..27 => "checkpoint".to_owned(),
            27 => "reset".to_owned(),
            28 if !self.pair.is_down(Side::Source) => {
                let nvram = draws.below(3);
                format!("crash source nvram={nvram} {}", draws.one_of(&["", "commit"]))
            }
            29 if !self.pair.is_down(Side::Destination) => {
                let (log, kept) = (draws.below(3), draws.one_of(&["", "commit"]));
                format!("crash destination log={log} {} {kept}", draws.one_of(&["", "torn"]))
            }
            30 | 31 if self.pair.is_down(Side::Source) => "restart source".to_owned(),
            32 | 33 if self.pair.is_down(Side::Destination) => "restart destination".to_owned(),
            34 if !transport.is_empty() => format!("drop {side} n={nth}"),
            35 if !transport.is_empty() => format!("duplicate {side} n={nth}"),
            36 => self.next_timer().unwrap_or_default(),
            37 => "settle".to_owned(),
            38 => {
                let open = self.pair.unanswered();
                let again = open.get(usize::try_from(draws.below(4)).unwrap_or_default());
                again.map_or_else(String::new, |id| format!("again {id}"))
            }
            _ => format!("depart {side}"),
        }
    }

    /// The command that fires the timer which is due first.
    fn next_timer(&self) -> Option<String> {
        let due = |((_, timer), at): (&(Side, Timer), &_)| (*at, *timer);
        let (_, timer) = self.pair.timers.iter().map(due).min()?;
        let name = serde_json::to_value(timer).ok()?;
        Some(format!("timer {}", name.as_str()?))
    }

    /// Nothing fails any more: everything comes to rest, as it should.
    fn calm(&mut self) -> Result<(), String> {
        for side in [Side::Source, Side::Destination] {
            if self.pair.is_down(side) {
                self.command(&format!("restart {}", side.name()));
            }
        }
        for round in 0..3 {
            self.rest()?;
            let again: Vec<_> = self.pair.unanswered();
            if round == 2 && !again.is_empty() {
                return Err(format!("{again:?} are not answered"));
            }
            for id in again {
                self.command(&format!("again {id}"));
            }
            self.command("checkpoint");
        }
        command::run("settle quiet", &mut self.pair)?;
        let end = self.pair.take_lines();
        let line = end.first().map_or("", String::as_str);
        if end.len() != 1 || !line.starts_with("both images are the same") {
            return Err(end.join("; "));
        }
        let held = self.pair.occupancy();
        if held != [Occupancy::default(); 2] {
            return Err(format!("space is not free: {held:?}"));
        }
        Ok(())
    }

    /// Timers fire until the mirror is in sync and nothing is waited for.
    fn rest(&mut self) -> Result<(), String> {
        for _ in 0..CALM {
            self.command("settle");
            let quiet = self.pair.timers.is_empty();
            if quiet && self.pair.mirror() == MirrorState::InSync {
                return Ok(());
            }
            let Some(timer) = self.next_timer() else { break };
            self.command(&timer);
        }
        Err(format!("it is {:?} for ever", self.pair.mirror()))
    }
}
