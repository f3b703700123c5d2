//! Recovery interrupted (Spec 7, 8.3; S11): a crash of either node, or both, at every moment of each
//! recovery at which anything happens, and again in the recovery that follows. Whatever is cut short,
//! the next life goes on from what is durable, and the run ends with every property kept and both
//! images the same.
//!
//! A first run tells at which moments something happens while the sides recover; the others crash
//! right after one of them. So no step is left out, whatever it is called.

#[path = "interrupted/matrix.rs"]
mod matrix;
#[path = "interrupted/recovery.rs"]
mod recovery;
#[path = "interrupted/watch.rs"]
mod watch;

use matrix::{Plan, Sum, Victim, crash_after, crash_at_step, run_all};
use recovery::{ALL, Knobs, Recovery, knobs};
use std::collections::BTreeMap;
use watch::Watch;

/// The moments of the recovery when nothing interrupts it.
fn moments(recovery: &Recovery, knobs: &Knobs) -> Vec<u64> {
    let (seen, wrong) = watch::run(&recovery.scenario(knobs, &[]), knobs.seed, Watch::after(0));
    assert_eq!(wrong, None, "{} {knobs:?}", recovery.name);
    let moments = seen.recovery();
    assert!(moments.len() > 20, "{} {knobs:?}: {moments:?}", recovery.name);
    moments
}

/// So many of them, evenly spread.
fn spread(moments: &[u64], count: usize) -> Vec<u64> {
    let count = count.min(moments.len());
    (0..count).map(|place| moments[place * moments.len() / count]).collect()
}

/// No run went wrong, every crash that was planned came, and the runs went where they should.
#[track_caller]
fn assert_sound(sum: &Sum, at_least: u64) {
    let first: Vec<_> = sum.failures.iter().take(5).collect();
    assert!(first.is_empty(), "{} of {} runs: {first:#?}", sum.failures.len(), sum.runs);
    assert_eq!(sum.missing, 0, "of {} crashes", sum.delivered);
    assert!(sum.delivered >= at_least && sum.crashed >= at_least, "{sum:?}");
    let [promotions, replayed] = [sum.promotions, sum.replayed].map(|count| count > at_least / 10);
    let [passes, diverged] = [sum.passes, sum.diverged].map(|count| count > at_least);
    assert!(promotions && replayed && passes && diverged, "{sum:?}");
}

/// Every moment of every recovery; who crashes goes round.
#[test]
fn a_crash_at_every_moment() {
    let mut plans = Vec::new();
    for recovery in ALL {
        for (place, knobs) in knobs(0..1).into_iter().enumerate() {
            for (nth, moment) in moments(&recovery, &knobs).into_iter().enumerate() {
                let crashes = vec![crash_after(moment, Victim::of(nth + place), nth / 3)];
                plans.push(Plan { recovery, knobs, crashes });
            }
        }
    }
    let sum = run_all(plans);
    assert_sound(&sum, 9000);
}

/// Every moment, each with a crash of the source, of the destination and of both.
#[test]
fn a_crash_of_either_and_of_both_at_every_moment() {
    let mut plans = Vec::new();
    for recovery in ALL {
        for knobs in knobs(1..2).into_iter().step_by(5) {
            for (nth, moment) in moments(&recovery, &knobs).into_iter().enumerate() {
                for victim in Victim::ALL {
                    let crashes = vec![crash_after(moment, victim, nth)];
                    plans.push(Plan { recovery, knobs, crashes });
                }
            }
        }
    }
    let sum = run_all(plans);
    assert_sound(&sum, 5000);
}

/// A crash in the recovery, and another in the recovery from that.
#[test]
fn a_second_crash_in_the_recovery_from_the_first() {
    let mut plans = Vec::new();
    for recovery in ALL {
        for (place, knobs) in knobs(2..3).into_iter().enumerate() {
            let firsts = spread(&moments(&recovery, &knobs), 8);
            for (nth, first) in firsts.into_iter().enumerate() {
                let crashes = vec![crash_after(first, Victim::of(nth + place), nth)];
                let once = Plan { recovery, knobs, crashes };
                let (seen, wrong) = once.run();
                assert_eq!(wrong, None, "{once:?}");
                for (nth, second) in spread(&seen.recovery(), 8).into_iter().enumerate() {
                    let mut twice = once.clone();
                    twice.crashes.push(crash_after(second, Victim::of(nth), nth / 3));
                    plans.push(twice);
                }
            }
        }
    }
    let sum = run_all(plans);
    assert_sound(&sum, 3000);
}

/// Steps of recoveries that scenarios can name, with the number that counts each.
const STEPS: [(&str, &str); 9] = [
    ("source_replay", "k"),
    ("destination_scan", "k"),
    ("resync_pass", "pass"),
    ("resync_block", "k"),
    ("in_sync", "k"),
    ("out_of_sync", "k"),
    ("promotion", "k"),
    ("promotion_replay", "k"),
    ("first_write_after_promotion", ""),
];
/// Steps of a kind at most that are looked for.
const MOST: u64 = 40;

/// Every step that can be named, by name: `k` goes up until there is no such step any more.
#[test]
fn a_crash_at_every_step_that_can_be_named() {
    let mut reached = BTreeMap::new();
    for recovery in ALL {
        for knobs in knobs(3..4).into_iter().step_by(3) {
            for (name, number) in STEPS {
                for k in 1..=MOST {
                    let step = match number {
                        "" => format!(r#"{{ "step": "{name}" }}"#),
                        number => format!(r#"{{ "step": "{name}", "{number}": {k} }}"#),
                    };
                    let crash = |victim| crash_at_step(&step, victim, 1);
                    let plans = Victim::ALL.map(|victim| {
                        let crashes = vec![crash(victim)];
                        Plan { recovery, knobs, crashes }
                    });
                    let sum = run_all(plans.to_vec());
                    assert!(sum.failures.is_empty(), "{:#?}", sum.failures);
                    *reached.entry(name).or_insert(0) += sum.delivered;
                    if sum.missing > 0 || number.is_empty() {
                        break;
                    }
                }
            }
        }
    }
    for (name, _) in STEPS {
        assert!(reached.get(name).is_some_and(|count| *count >= 6), "{name}: {reached:?}");
    }
}
