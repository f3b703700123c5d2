//! Order, bounds, ends and panics.

use super::*;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("some")
}

#[test]
fn results_come_in_the_order_of_the_items() {
    for on in [1, 2, 7] {
        let mut found = Vec::new();
        let items = (0..100).map(|number: u64| (number, number));
        let done = each_in_order(
            items,
            threads(on),
            |number| number * number,
            |tag, result| {
                found.push((tag, result));
                Flow::Continue
            },
        );
        done.expect("threads start");
        let wanted: Vec<_> = (0..100).map(|number| (number, Ok(number * number))).collect();
        assert_eq!(found, wanted, "{on} threads");
    }
}

/// The first item is done after nine others; it comes back before them all the same.
#[test]
fn a_slow_item_is_waited_for() {
    let (tell, told) = channel();
    let told = Mutex::new(told);
    let work = |number: u64| {
        if number == 0 {
            let told = told.lock().expect("nobody panics");
            return told.recv().expect("the ninth item tells");
        }
        if number == 9 {
            tell.send(90).expect("the first item listens");
        }
        number
    };
    let mut found = Vec::new();
    let items = (0..20).map(|number| ((), number));
    let done = each_in_order(items, threads(2), work, |(), result| {
        found.push(result.expect("no panic"));
        Flow::Continue
    });
    done.expect("threads start");
    assert_eq!(found, [vec![90], (1..20).collect()].concat());
}

/// While the first item is not done, only so many others are begun.
#[test]
fn what_is_under_way_is_bounded() {
    let (taken, back) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let items = (0..1000).map(|number| {
        let ahead = taken.fetch_add(1, Ordering::Relaxed) - back.load(Ordering::Relaxed);
        assert!(ahead < 2 * AHEAD, "{ahead} items are under way already");
        ((), number)
    });
    let done = each_in_order(
        items,
        threads(2),
        |number: u64| number,
        |(), _| {
            back.fetch_add(1, Ordering::Relaxed);
            Flow::Continue
        },
    );
    done.expect("threads start");
    assert_eq!(back.into_inner(), 1000);
}

#[test]
fn nothing_comes_after_the_end() {
    let (mut found, begun) = (Vec::new(), AtomicUsize::new(0));
    let items = (0..10_000).map(|number: u64| (number, number));
    let work = |number: u64| {
        begun.fetch_add(1, Ordering::Relaxed);
        number
    };
    let done = each_in_order(items, threads(2), work, |tag, _| {
        found.push(tag);
        if tag == 3 { Flow::Break } else { Flow::Continue }
    });
    done.expect("threads start");
    assert_eq!(found, [0, 1, 2, 3]);
    assert!(begun.into_inner() <= 4 + 2 * AHEAD);
}

#[test]
fn a_panic_costs_its_own_result_only() {
    let mut found = Vec::new();
    let work = |number: u64| {
        assert!(number != 1, "number {number} is broken");
        assert!(number != 2, "broken");
        number
    };
    let items = (0..4).map(|number| ((), number));
    let done = each_in_order(items, threads(2), work, |(), result| {
        found.push(result.map_err(|Panicked(message)| message));
        Flow::Continue
    });
    done.expect("threads start");
    assert_eq!(found, [Ok(0), Err("number 1 is broken".into()), Err("broken".into()), Ok(3)]);
}
