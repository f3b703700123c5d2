//! The two nodes together: for each state of the mirror and each event of the world, where they are
//! once all that is under way has happened and each timer that watches the session has fired in turn.

use crate::command;
use crate::flight::Side;
use crate::page::{Row, Section};
use crate::pair::Pair;
use crate::show;
use mirrorsim::protocol::MirrorState;

pub const HEADER: &str =
    "Where the two sides are after each event of the world, in each state of the mirror.
A section is a state: its name, what both nodes say (is), how it was reached (by).
A line is an event; → who serves and the state of the mirror once everything under way has happened
and timers have fired until all is quiet or in sync; then whether both images are the same, and what
was lost. Contents of images and promises to clients are checked in every cell.
Made by tests/tables.rs (Spec 6, 7); UPDATE_GOLDEN=1 rewrites it.";

const STATES: [(&str, &str); 12] = [
    ("in sync, idle", ""),
    ("in sync, an entry on its way", "write c1 0+4KiB; nvram"),
    ("in sync, a CP on its way", "write c1 0+4KiB; nvram; checkpoint"),
    (
        "in sync, committed by the destination alone",
        "write c1 0+4KiB; nvram; checkpoint; deliver destination all; log all; \
         disk destination all; disk destination",
    ),
    (
        "in sync, committed by the source alone",
        "write c1 0+4KiB; nvram; checkpoint; disk source all; disk source",
    ),
    ("out of sync, greeting", "write c1 0+4KiB; nvram; reset; save source"),
    (
        "resync, listing",
        "write c1 0+4KiB; nvram; reset; save source; deliver destination; save destination; \
         deliver source",
    ),
    (
        "resync, a pass",
        "write c1 0+4KiB; nvram; reset; save source; checkpoint; disk source all; disk source; \
         deliver destination; save destination; deliver source; disk source",
    ),
    (
        "CP forwarding",
        "write c1 0+4KiB; nvram; reset; save source; deliver destination; save destination; \
         deliver source; disk source",
    ),
    (
        "strict, writes held",
        "set mode=strict; write c1 0+4KiB; settle quiet; reset; save source; write c1 4KiB+4KiB",
    ),
    (
        "a failover, the new source alone",
        "write c1 0+4KiB; settle quiet; crash source; promote destination; settle quiet; \
         write c2 4KiB+4KiB; nvram",
    ),
    (
        "a promotion in its replay",
        "write c1 0+4KiB; settle quiet; crash source; promote destination; save destination all; \
         log destination",
    ),
];

/// An event: its name, the commands that make it, and what is seen to afterwards.
const EVENTS: [(&str, &str); 16] = [
    ("nothing", ""),
    ("link lost", "reset"),
    ("source crashes for good", "crash source"),
    ("source crashes, comes back", "crash source; restart source"),
    ("destination crashes for good", "crash destination"),
    ("destination crashes, comes back", "crash destination; restart destination"),
    (
        "both crash, come back",
        "crash source; crash destination; restart source; restart destination",
    ),
    ("source crashes, its NVRAM is lost", "crash source; lose nvram; restart source"),
    ("destination is promoted", "promote destination"),
    ("destination is promoted by force", "promote destination forced"),
    ("source is promoted by force", "promote source forced"),
    ("site lost, promotion", "crash source; promote destination"),
    (
        "site lost, promotion, old source returns",
        "crash source; promote destination; settle; \
      restart source",
    ),
    ("site lost, forced", "crash source; promote destination forced"),
    (
        "site lost, forced, old source returns",
        "crash source; promote destination forced; settle; \
      restart source",
    ),
    (
        "site lost, forced, the new source crashes",
        "crash source; promote destination forced; crash destination states=1; \
         restart destination",
    ),
];

/// Timers that fire until all must be quiet.
const CALM: usize = 40;

pub fn sections() -> Vec<Section> {
    STATES.iter().map(section).collect()
}

fn section(&(name, script): &(&str, &str)) -> Section {
    let pair = super::led(script);
    let sides = [Side::Source, Side::Destination];
    let state = sides.map(|side| format!("{} {}", side.name(), pair.doing(side))).join("; ");
    let (mut rows, mut impossible) = (Vec::new(), Vec::new());
    for (event, commands) in EVENTS {
        match outcome(script, commands) {
            Some((after, wishes)) => {
                rows.push(Row { event: event.to_owned(), after, wishes });
            }
            None => impossible.push(event.to_owned()),
        }
    }
    let script = script.split_whitespace().collect::<Vec<_>>().join(" ");
    Section { name: name.to_owned(), state, script, rows, impossible }
}

/// Where it ends; `None`: a node that is down cannot crash, and one that is up cannot restart.
fn outcome(script: &str, commands: &str) -> Option<(String, Vec<String>)> {
    let mut pair = super::led(script);
    for command in commands.split(';').map(str::trim).filter(|command| !command.is_empty()) {
        let words: Vec<_> = command.split_whitespace().collect();
        let side = words.get(1).and_then(|word| Side::parse(word).ok());
        let down = side.is_some_and(|side| pair.is_down(side));
        match words[0] {
            "crash" | "promote" if down => return None,
            "restart" if !down => return None,
            _ => {}
        }
        command::run(command, &mut pair).ok()?;
    }
    rest(&mut pair);
    let lines = pair.take_lines();
    let mut told: Vec<String> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("- ").filter(|line| line.ends_with(" is lost")))
        .map(str::to_owned)
        .collect();
    told.dedup();
    told.extend(pair.wrong());
    pair.compare();
    let same = pair.take_lines().first().is_some_and(|line| line.starts_with("both images"));
    told.push(if same { "images equal".to_owned() } else { "images differ".to_owned() });
    let open = pair.unanswered().len();
    if open > 0 {
        told.push(show::counted(open as u64, "request") + " open");
    }
    let serving = pair.serving;
    let refused = lines.iter().any(|line| line.contains("refuse: not in sync"));
    let refused = if refused { ", refused" } else { "" };
    let doing = pair.doing(serving);
    Some((format!("{} serves, {doing}{refused}", serving.name()), told))
}

/// Everything under way happens, and timers fire while the mirror is not in sync.
fn rest(pair: &mut Pair) {
    for _ in 0..CALM {
        pair.settle().expect("it comes to rest");
        if pair.mirror() == MirrorState::InSync && pair.timers.is_empty() {
            return;
        }
        let Some((_, side, timer)) =
            pair.timers.iter().map(|((side, timer), at)| (*at, *side, *timer)).min()
        else {
            return;
        };
        pair.fire(side, timer).expect("it is set");
    }
}
