//! Faults: one kind each, with that kind's keys (Spec 8).

use super::problem;
use crate::scenario::fault::{
    Aim, Directions, DiskFault, Fault, FaultKind, LinkFault, NodeFault, NvramFault, Order, Part,
    Side, Step, When, WitnessFault,
};
use crate::scenario::file::model::{Course, FaultText, KindWord, StepText};
use crate::scenario::{Decider, Problem, Promotion};
use crate::units::{Ratio, Span};
use std::collections::BTreeSet;

/// Completes `texts` and gives the faults they describe.
pub(super) fn resolve(texts: &mut [FaultText], by: Decider) -> Result<Vec<Fault>, Problem> {
    let mut numbers = BTreeSet::new();
    let mut faults = Vec::with_capacity(texts.len());
    for (place, text) in texts.iter_mut().enumerate() {
        let at = format!("faults[{place}]");
        let place = u32::try_from(place).expect("a list of 2^32 faults fits no memory");
        let number = *text.number.get_or_insert(place);
        if !numbers.insert(number) {
            let rule = "another fault has this number; left out, it is the place in the list";
            return Err(problem(format!("{at}.number"), &number, rule));
        }
        own_keys(text, &at)?;
        if text.times.is_some() && text.kind.needed().contains(&"rate") {
            text.rate.get_or_insert(Ratio::ONE);
        }
        values(text, &at)?;
        let when = when(text, &at)?;
        let kind = Reader { text, at: &at }.kind()?;
        if by == Decider::Operator && matches!(kind, FaultKind::Part(Part::Witness(_))) {
            let rule = "there is no witness: `failover.by` is operator";
            return Err(problem(format!("{at}.kind"), &text.kind, rule));
        }
        let lasts = lasts(text, when, &at)?;
        let aim = aim(text);
        faults.push(Fault { kind, when, lasts, number, aim });
    }
    Ok(faults)
}

/// What the fault strikes; how often a crash loop goes round is no aim.
fn aim(text: &FaultText) -> Aim {
    let times = if text.kind == KindWord::CrashLoop { None } else { text.times };
    Aim { message: text.message, times }
}

/// Keys of time that every kind takes.
const ALWAYS: [&str; 5] = ["kind", "number", "at", "when", "every"];

/// Refuses keys of other kinds.
fn own_keys(text: &FaultText, at: &str) -> Result<(), Problem> {
    let kind = text.kind;
    let time = match kind.course() {
        Course::Chance | Course::Lasting | Course::Limited => "for",
        Course::Restarting => "restart_after",
        Course::Whole | Course::Final => "when",
    };
    let own = [kind.needed(), kind.other(), &[time]].concat();
    let value = serde_json::to_value(text).expect("a fault is plain JSON");
    let given = value.as_object().into_iter().flatten();
    for (key, value) in given.filter(|(key, _)| !ALWAYS.contains(&key.as_str())) {
        if !own.contains(&key.as_str()) {
            let own: Vec<_> = own.iter().filter(|key| !ALWAYS.contains(key)).copied().collect();
            let takes =
                if own.is_empty() { "no keys but those of time".into() } else { own.join(", ") };
            let rule = format!("kind {} takes {takes}", kind.word());
            return Err(problem(format!("{at}.{key}"), value, rule));
        }
    }
    Ok(())
}

/// Crashes of a crash loop, and partitions of a flap, at most.
const MOST_ROUNDS: u64 = 10_000;
/// Times as long as anything may take.
const SLOWEST: u32 = 1_000_000;

/// Rules of single values.
fn values(text: &FaultText, at: &str) -> Result<(), Problem> {
    spans(text, at)?;
    let drops = matches!(text.kind, KindWord::Loss | KindWord::Corruption);
    let (rate, drift, times) = (text.rate, text.drift, text.times);
    let no_bandwidth = text.bandwidth.is_some_and(|rate| rate.get() == 0);
    let never_good = text.to_good == Some(Ratio::ZERO);
    let few = |times| (1..=MOST_ROUNDS).contains(&u64::from(times));
    let stands_still = drift == Some(Ratio::ONE);
    let as_fast = text.factor.is_some_and(|factor| !(2..=SLOWEST).contains(&factor));
    let broken = |key: &str, rule: String| Err(rule_of(text, at, key, rule));
    if drops && rate == Some(Ratio::ONE) && times.is_none() {
        broken("rate", "below 100%: kind partition lets nothing through".into())
    } else if never_good {
        broken("to_good", "above 0%: else a burst never ends".into())
    } else if stands_still {
        broken("drift", "below 100%: else a clock stands still".into())
    } else if no_bandwidth {
        broken("bandwidth", "above 0bit/s: kind clog lets nothing depart".into())
    } else if as_fast {
        broken("factor", format!("from 2 to {SLOWEST}"))
    } else if times.is_some_and(|times| !few(times)) {
        broken("times", format!("from 1 to {MOST_ROUNDS}"))
    } else {
        Ok(())
    }
}

/// No span is empty, and a flap has an end.
fn spans(text: &FaultText, at: &str) -> Result<(), Problem> {
    let spans = [
        ("every", text.every),
        ("for", text.lasts),
        ("by", text.by),
        ("up", text.up),
        ("down", text.down),
        ("restart_after", text.restart_after),
        ("degrade_for", text.degrade_for),
        ("dead_for", text.dead_for),
    ];
    if let Some((key, _)) = spans.iter().find(|(_, span)| *span == Some(Span::ZERO)) {
        return Err(rule_of(text, at, key, "above 0s".into()));
    }
    if let (Some(up), Some(down), Some(lasts)) = (text.up, text.down, text.lasts)
        && lasts.as_nanos() / up.plus(down).as_nanos() >= MOST_ROUNDS
    {
        let rule = format!("below {MOST_ROUNDS} times `up` and `down` together");
        return Err(rule_of(text, at, "for", rule));
    }
    Ok(())
}

/// The problem of one of a fault's keys.
fn rule_of(text: &FaultText, at: &str, key: &str, rule: String) -> Problem {
    let value = serde_json::to_value(text).expect("a fault is plain JSON");
    problem(format!("{at}.{key}"), &value[key], rule)
}

/// Exactly one of three keys; a chance per opportunity starts with the run unless told otherwise.
fn when(text: &mut FaultText, at: &str) -> Result<When, Problem> {
    if text.kind.course() == Course::Chance && text.when.is_none() && text.every.is_none() {
        text.at.get_or_insert(Span::ZERO);
    }
    match (text.at, &text.when, text.every) {
        (Some(moment), None, None) => Ok(When::At(moment)),
        (None, Some(when), None) => step(when, &format!("{at}.when")).map(When::Step),
        (None, None, Some(_)) if text.kind.course() == Course::Final => {
            let rule = format!("kind {} is for good, and comes once", text.kind.word());
            Err(problem(format!("{at}.every"), &text.every, rule))
        }
        (None, None, Some(gap)) => Ok(When::Every(gap)),
        (_, _, _) => Err(problem(at, text, "exactly one of `at`, `when` and `every`")),
    }
}

fn step(text: &StepText, at: &str) -> Result<Step, Problem> {
    let StepText { step: name, cp, k, pass } = *text;
    for (key, number) in [("cp", cp), ("k", k), ("pass", pass)] {
        if number.is_some() && !name.numbers().contains(&key) {
            let takes = match name.numbers() {
                [] => "no number".to_owned(),
                numbers => numbers.join(", "),
            };
            let rule = format!("step {} takes {takes}", name.word());
            return Err(problem(format!("{at}.{key}"), &number, rule));
        }
        if number == Some(0) {
            return Err(problem(format!("{at}.{key}"), &number, "counted from 1"));
        }
    }
    Ok(Step { name, cp, k, pass })
}

/// How long a fault lasts; one that comes again must end.
fn lasts(text: &FaultText, when: When, at: &str) -> Result<Option<Span>, Problem> {
    let (key, lasts) = match text.kind.course() {
        Course::Chance | Course::Lasting | Course::Limited => ("for", text.lasts),
        Course::Restarting => ("restart_after", text.restart_after),
        Course::Whole | Course::Final => return Ok(None),
    };
    if lasts.is_none() && text.kind.course() == Course::Limited {
        return Err(problem(at, text, format!("kind {} needs `{key}`", text.kind.word())));
    }
    match when {
        When::Every(_) if lasts.is_none() => {
            Err(problem(at, text, format!("`every` needs `{key}`: what comes again must end")))
        }
        When::Every(_) | When::At(_) | When::Step(_) => Ok(lasts),
    }
}

/// Reads the keys that a kind needs.
struct Reader<'a> {
    text: &'a mut FaultText,
    at: &'a str,
}

impl Reader<'_> {
    fn kind(&mut self) -> Result<FaultKind, Problem> {
        Ok(match self.text.kind {
            KindWord::Loss => self.link(LinkFault::Loss(self.rate()?)),
            KindWord::BurstLoss => return self.burst_loss(),
            KindWord::Duplication => self.link(LinkFault::Duplication(self.rate()?)),
            KindWord::Reordering => {
                self.link(LinkFault::Reordering { rate: self.rate()?, by: self.by()? })
            }
            KindWord::Corruption => return self.corruption(),
            KindWord::Late => self.link(LinkFault::Late { rate: self.rate()?, by: self.by()? }),
            KindWord::Delay => self.link(LinkFault::Delay(self.by()?)),
            KindWord::Bandwidth => {
                self.link(LinkFault::Bandwidth(self.need("bandwidth", self.text.bandwidth)?))
            }
            KindWord::Clog => self.link(LinkFault::Clog),
            KindWord::Partition => self.link(LinkFault::Partition),
            KindWord::Flap => return self.flap(),
            KindWord::Reset => self.link(LinkFault::Reset),
            KindWord::Crash => self.node(NodeFault::Crash)?,
            KindWord::Pause => self.node(NodeFault::Pause)?,
            KindWord::Slow => self.node(NodeFault::Slow(self.factor()?))?,
            KindWord::CrashLoop => return self.crash_loop(),
            KindWord::Disaster => self.node(NodeFault::Disaster)?,
            KindWord::ClockDrift => return self.clock_drift(),
            KindWord::NvramLoss => FaultKind::Part(Part::Nvram(NvramFault::Loss)),
            KindWord::NvramTornRecord => FaultKind::Part(Part::Nvram(NvramFault::TornRecord)),
            KindWord::LatentError => self.disk(DiskFault::LatentError(self.rate()?))?,
            KindWord::BitRot => self.disk(DiskFault::BitRot(self.rate()?))?,
            KindWord::TornWrite => self.disk(DiskFault::TornWrite(self.rate()?))?,
            KindWord::LostWrite => self.disk(DiskFault::LostWrite(self.rate()?))?,
            KindWord::MisdirectedWrite => self.disk(DiskFault::MisdirectedWrite(self.rate()?))?,
            KindWord::MisdirectedRead => self.disk(DiskFault::MisdirectedRead(self.rate()?))?,
            KindWord::Stall => self.disk(DiskFault::Stall)?,
            KindWord::SlowDisk => self.disk(DiskFault::Slow(self.factor()?))?,
            KindWord::Dead => self.disk(DiskFault::Dead)?,
            KindWord::Full => self.disk(DiskFault::Full)?,
            KindWord::RollingDisaster => return self.rolling_disaster(),
            KindWord::PowerLoss => FaultKind::PowerLoss,
            KindWord::Promote => self.promote()?,
            KindWord::PromoteBoth => FaultKind::PromoteBoth,
            KindWord::WrongResync => FaultKind::Part(Part::Order(Order::WrongResync)),
            KindWord::WitnessCrash => FaultKind::Part(Part::Witness(WitnessFault::Crash)),
            KindWord::WitnessPartition => {
                let cut = WitnessFault::Partition(self.text.node);
                FaultKind::Part(Part::Witness(cut))
            }
            KindWord::Return => FaultKind::Part(Part::Order(Order::Return(self.side()?))),
        })
    }

    fn burst_loss(&mut self) -> Result<FaultKind, Problem> {
        let to_bad = self.need("to_bad", self.text.to_bad)?;
        let to_good = self.need("to_good", self.text.to_good)?;
        let while_bad = self.rate()?;
        Ok(self.link(LinkFault::BurstLoss { to_bad, to_good, while_bad }))
    }

    fn corruption(&mut self) -> Result<FaultKind, Problem> {
        let (rate, caught) = (self.rate()?, self.need("caught", self.text.caught)?);
        Ok(self.link(LinkFault::Corruption { rate, caught }))
    }

    fn clock_drift(&self) -> Result<FaultKind, Problem> {
        let clock = self.need("clock", self.text.clock)?;
        self.node(NodeFault::ClockDrift(clock, self.need("drift", self.text.drift)?))
    }

    fn flap(&mut self) -> Result<FaultKind, Problem> {
        let (up, down) = (self.need("up", self.text.up)?, self.need("down", self.text.down)?);
        Ok(FaultKind::Flap { direction: self.direction(), up, down })
    }

    fn crash_loop(&self) -> Result<FaultKind, Problem> {
        Ok(FaultKind::CrashLoop {
            node: self.side()?,
            times: self.need("times", self.text.times)?,
            up: self.need("up", self.text.up)?,
            restart_after: self.need("restart_after", self.text.restart_after)?,
        })
    }

    fn rolling_disaster(&self) -> Result<FaultKind, Problem> {
        Ok(FaultKind::RollingDisaster {
            bandwidth: self.need("bandwidth", self.text.bandwidth)?,
            degrade_for: self.need("degrade_for", self.text.degrade_for)?,
            dead_for: self.need("dead_for", self.text.dead_for)?,
        })
    }

    fn promote(&mut self) -> Result<FaultKind, Problem> {
        let force = Promotion::from(*self.text.force.get_or_insert(false));
        Ok(FaultKind::Part(Part::Order(Order::Promote(self.side()?, force))))
    }

    fn link(&mut self, fault: LinkFault) -> FaultKind {
        FaultKind::Part(Part::Link(self.direction(), fault))
    }

    fn node(&self, fault: NodeFault) -> Result<FaultKind, Problem> {
        Ok(FaultKind::Part(Part::Node(self.side()?, fault)))
    }

    fn disk(&self, fault: DiskFault) -> Result<FaultKind, Problem> {
        Ok(FaultKind::Part(Part::Disk(self.need("device", self.text.device)?, fault)))
    }

    fn direction(&mut self) -> Directions {
        *self.text.direction.get_or_insert_default()
    }

    fn side(&self) -> Result<Side, Problem> {
        self.need("node", self.text.node)
    }

    fn rate(&self) -> Result<Ratio, Problem> {
        self.need("rate", self.text.rate)
    }

    fn by(&self) -> Result<Span, Problem> {
        self.need("by", self.text.by)
    }

    fn factor(&self) -> Result<u32, Problem> {
        self.need("factor", self.text.factor)
    }

    fn need<T>(&self, key: &str, value: Option<T>) -> Result<T, Problem> {
        let rule = || format!("kind {} needs `{key}`", self.text.kind.word());
        value.ok_or_else(|| problem(self.at, self.text, rule()))
    }
}
