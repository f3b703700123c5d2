//! Work on all cores, results in the order of what was asked for: the same on one core and on many.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Whether more is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Begin nothing more and give back nothing more.
    Break,
}

/// The message of a panic: a bug of ours, which must not cost the results of the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Panicked(pub String);

/// Threads that the operating system refuses.
#[derive(Debug, thiserror::Error)]
#[error("{threads} threads cannot be started: {reason}")]
pub struct NoThreads {
    threads: NonZeroUsize,
    reason: rayon::ThreadPoolBuildError,
}

/// Items under way for each thread, at most: begun, or done while an earlier one is not. It bounds
/// memory, and is large enough for a slow item not to keep the other threads waiting soon.
const AHEAD: usize = 16;

/// A result under the number of its item; none if its work was not begun because no more was wanted.
type Numbered<T> = (usize, Option<Result<T, Panicked>>);

/// Does `work` on every item on so many threads. `on_result` is called on this thread, in the order
/// of the items, each as soon as it and all before it are done; a tag stays here and comes back with
/// the result of its item. Items are taken from the iterator no sooner than there is room for them.
///
/// # Errors
/// Threads that the operating system refuses; no work was begun.
pub fn each_in_order<Tag, Item: Send, T: Send>(
    items: impl IntoIterator<Item = (Tag, Item)>,
    threads: NonZeroUsize,
    work: impl Fn(Item) -> T + Sync,
    mut on_result: impl FnMut(Tag, Result<T, Panicked>) -> Flow,
) -> Result<(), NoThreads> {
    let pool = start(threads)?;
    let stopped = AtomicBool::new(false);
    let (sender, receiver) = channel();
    let mut items = items.into_iter();
    pool.in_place_scope_fifo(|scope| {
        let mut waiting = Waiting::new(receiver);
        loop {
            while waiting.pending.len() < AHEAD * pool.current_num_threads()
                && let Some((tag, item)) = items.next()
            {
                let number = waiting.expect(tag);
                let (sender, work, stopped) = (sender.clone(), &work, &stopped);
                scope.spawn_fifo(move |_| attend(number, item, work, stopped, &sender));
            }
            let Some((tag, result)) = waiting.first() else { return };
            if on_result(tag, result) == Flow::Break {
                stopped.store(true, Ordering::Relaxed);
                return;
            }
        }
    });
    Ok(())
}

fn start(threads: NonZeroUsize) -> Result<ThreadPool, NoThreads> {
    let builder = ThreadPoolBuilder::new().num_threads(threads.get());
    builder.build().map_err(|reason| NoThreads { threads, reason })
}

/// Does the work on one item, unless nobody wants it any more.
fn attend<Item, T>(
    number: usize,
    item: Item,
    work: impl Fn(Item) -> T,
    stopped: &AtomicBool,
    sender: &Sender<Numbered<T>>,
) {
    let wanted = !stopped.load(Ordering::Relaxed);
    // An item is given up to its work: whatever a panic leaves half done in it is never looked at.
    let result = wanted.then(|| catch_unwind(AssertUnwindSafe(|| work(item))).map_err(panicked));
    // The receiver is gone once no more is wanted.
    let _ = sender.send((number, result));
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed over by the one that caught it")]
fn panicked(payload: Box<dyn Any + Send>) -> Panicked {
    let word = payload.downcast_ref::<&str>().map(|word| (*word).to_owned());
    let text = word.or_else(|| payload.downcast_ref::<String>().cloned());
    Panicked(text.unwrap_or_else(|| "a panic without a message".to_owned()))
}

/// Items under way, in order, and their results as far as they are there.
struct Waiting<Tag, T> {
    receiver: Receiver<Numbered<T>>,
    pending: VecDeque<(Tag, Option<Result<T, Panicked>>)>,
    /// The number of the first of them; items are numbered from 0.
    begin: usize,
}

impl<Tag, T> Waiting<Tag, T> {
    const fn new(receiver: Receiver<Numbered<T>>) -> Self {
        Self { receiver, pending: VecDeque::new(), begin: 0 }
    }

    /// The next number goes to the item of this tag.
    fn expect(&mut self, tag: Tag) -> usize {
        self.pending.push_back((tag, None));
        self.begin + self.pending.len() - 1
    }

    /// Waits for the first item; none if nothing is under way.
    fn first(&mut self) -> Option<(Tag, Result<T, Panicked>)> {
        while self.pending.front()?.1.is_none() {
            let (number, result) = self.receiver.recv().expect("this side holds a sender too");
            self.pending[number - self.begin].1 = result;
        }
        let (tag, result) = self.pending.pop_front()?;
        self.begin += 1;
        result.map(|result| (tag, result))
    }
}

#[cfg(test)]
mod tests;
