//! Workloads drawn from distributions.

use super::problem;
use crate::protocol::block::BlockSize;
use crate::scenario::file::model::{
    AddressKind, AddressText, ArrivalKind, ArrivalText, WorkloadText,
};
use crate::scenario::{Addresses, Arrival, Problem, SizeShare, Synthetic};
use crate::units::{Bytes, Ratio, Span};

/// The most operations a client asks for: their numbers stay far from the end of u64.
const MOST_OPERATIONS: u64 = 1 << 60;
/// The most operations that a closed loop has under way at once.
const DEEPEST: u32 = 1 << 16;

/// Completes `text` and gives the workload it describes.
pub(super) fn resolve(
    text: &mut WorkloadText,
    size: BlockSize,
    at: &str,
) -> Result<Synthetic, Problem> {
    let default_size = || vec![SizeShare { size: Bytes::kib(4), weight: 1 }];
    let synthetic = Synthetic {
        operations: *text.count.get_or_insert(10_000),
        arrival: arrival(text.arrival.get_or_insert_default(), &format!("{at}.arrival"))?,
        chain: *text.chain.get_or_insert(1),
        sizes: text.sizes.get_or_insert_with(default_size).clone(),
        alignment: *text.alignment.get_or_insert(size.bytes()),
        span: *text.span.get_or_insert(Bytes::mib(1024)),
        start: *text.start.get_or_insert(Bytes::ZERO),
        addresses: addresses(text.addresses.get_or_insert_default(), &format!("{at}.addresses"))?,
        reads: *text.reads.get_or_insert(Ratio::ZERO),
        flush_every: *text.flush_every.get_or_insert(0),
        volume: *text.volume.get_or_insert(0),
        volumes: *text.volumes.get_or_insert(1),
    };
    counts(&synthetic, at)?;
    sizes(&synthetic, at)?;
    places(&synthetic, at)?;
    Ok(synthetic)
}

fn counts(synthetic: &Synthetic, at: &str) -> Result<(), Problem> {
    let Synthetic { operations, chain, volume, volumes, .. } = *synthetic;
    for (key, count) in [("count", operations), ("chain", chain), ("volumes", volumes.into())] {
        if count == 0 {
            return Err(problem(format!("{at}.{key}"), &count, "at least 1"));
        }
    }
    if operations > MOST_OPERATIONS {
        return Err(problem(format!("{at}.count"), &operations, "at most 2^60"));
    }
    if volume.checked_add(volumes - 1).is_none() {
        let rule = format!("from {volume} on their numbers pass {}", u32::MAX);
        return Err(problem(format!("{at}.volumes"), &volumes, rule));
    }
    Ok(())
}

fn sizes(synthetic: &Synthetic, at: &str) -> Result<(), Problem> {
    let sizes = &synthetic.sizes;
    if sizes.iter().all(|share| share.weight == 0) {
        return Err(problem(format!("{at}.sizes"), sizes, "at least one size of some weight"));
    }
    match sizes.iter().position(|share| share.size == Bytes::ZERO) {
        Some(index) => {
            Err(problem(format!("{at}.sizes[{index}].size"), &Bytes::ZERO, "at least 1B"))
        }
        None => Ok(()),
    }
}

fn places(synthetic: &Synthetic, at: &str) -> Result<(), Problem> {
    let Synthetic { alignment, span, start, sizes, .. } = synthetic;
    if *alignment == Bytes::ZERO {
        return Err(problem(format!("{at}.alignment"), alignment, "at least 1B"));
    }
    if span < alignment {
        let rule = format!("holds at least one multiple of the alignment, {alignment}");
        return Err(problem(format!("{at}.span"), span, rule));
    }
    if !start.get().is_multiple_of(alignment.get()) {
        let rule = format!("a multiple of the alignment, {alignment}");
        return Err(problem(format!("{at}.start"), start, rule));
    }
    let longest = sizes.iter().map(|share| share.size).max().unwrap_or_default();
    let end = start.get().checked_add(span.get()).and_then(|end| end.checked_add(longest.get()));
    if end.is_none() {
        let rule = format!(
            "from {start} on, with {longest} for the last operation, it passes what 64 bits address"
        );
        return Err(problem(format!("{at}.span"), span, rule));
    }
    Ok(())
}

fn arrival(text: &mut ArrivalText, at: &str) -> Result<Arrival, Problem> {
    let given = [
        ("depth", text.depth.is_some()),
        ("think", text.think.is_some()),
        ("mean", text.mean.is_some()),
        ("on", text.on.is_some()),
        ("off", text.off.is_some()),
    ];
    let (word, own): (_, &[&str]) = match text.kind {
        ArrivalKind::Closed => ("closed", &["depth", "think"]),
        ArrivalKind::Poisson => ("poisson", &["mean"]),
        ArrivalKind::OnOff => ("on-off", &["mean", "on", "off"]),
    };
    if let Some((key, _)) = given.iter().find(|(key, given)| *given && !own.contains(key)) {
        let value = serde_json::to_value(&*text).expect("an arrival is plain JSON");
        let rule = format!("an arrival of kind {word} takes only {}", own.join(", "));
        return Err(problem(format!("{at}.{key}"), &value[key], rule));
    }
    match text.kind {
        ArrivalKind::Closed => {
            let depth = *text.depth.get_or_insert(1);
            if depth == 0 {
                return Err(problem(format!("{at}.depth"), &depth, "at least 1"));
            }
            if depth > DEEPEST {
                let rule = format!("at most {DEEPEST}, each of which has a place in memory");
                return Err(problem(format!("{at}.depth"), &depth, rule));
            }
            Ok(Arrival::Closed { depth, think: *text.think.get_or_insert(Span::ZERO) })
        }
        ArrivalKind::Poisson => Ok(Arrival::Poisson { mean: mean(text, at)? }),
        ArrivalKind::OnOff => Ok(Arrival::OnOff {
            mean: mean(text, at)?,
            on: lasting(*text.on.get_or_insert(Span::from_millis(100)), "on", at)?,
            off: lasting(*text.off.get_or_insert(Span::from_millis(900)), "off", at)?,
        }),
    }
}

fn mean(text: &mut ArrivalText, at: &str) -> Result<Span, Problem> {
    lasting(*text.mean.get_or_insert(Span::from_millis(1)), "mean", at)
}

fn lasting(span: Span, key: &str, at: &str) -> Result<Span, Problem> {
    if span == Span::ZERO {
        return Err(problem(
            format!("{at}.{key}"),
            &span,
            "a timer of no length would go off for ever",
        ));
    }
    Ok(span)
}

fn addresses(text: &mut AddressText, at: &str) -> Result<Addresses, Problem> {
    match text.kind {
        AddressKind::Zipf => {
            let default = Ratio::new(99, 100).expect("99 of 100 is a share");
            Ok(Addresses::Zipf(*text.exponent.get_or_insert(default)))
        }
        AddressKind::Uniform | AddressKind::Sequential if text.exponent.is_some() => {
            Err(problem(format!("{at}.exponent"), &text.exponent, "belongs to kind zipf"))
        }
        AddressKind::Uniform => Ok(Addresses::Uniform),
        AddressKind::Sequential => Ok(Addresses::Sequential),
    }
}
