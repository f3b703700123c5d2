//! Processes and their descriptors.

use super::arguments::Descriptor;
use super::files::{Description, Files, is_storage_path};
use crate::trace::error::Fault;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Descriptors of all processes at a time.
const MOST_OPEN: usize = 1 << 20;

/// Processes and threads at a time.
const MOST_PROCESSES: usize = 1 << 18;

/// What a descriptor leads to.
#[derive(Debug, Clone)]
pub(super) enum Leads {
    ToFile(Rc<Description>),
    /// To a pipe, a socket, a terminal.
    Elsewhere,
}

/// What became of a descriptor when it was looked up.
#[derive(Debug)]
pub(super) enum Found {
    File(Rc<Description>),
    Elsewhere,
    /// Its opening was not seen, and strace does not say what it is.
    Unknown,
}

/// What becomes of a descriptor when its process begins another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnExec {
    Stays,
    Closes,
}

/// Whether a new process has descriptors of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Descriptors {
    Copied,
    /// As threads do.
    Shared,
}

/// The descriptors of a process, counted together with those of all.
#[derive(Debug)]
struct Table {
    slots: BTreeMap<u32, (Leads, OnExec)>,
    /// Where the process stands, if that was seen.
    directory: Option<Rc<[u8]>>,
    open: Rc<Cell<usize>>,
}

impl Table {
    fn new(
        slots: BTreeMap<u32, (Leads, OnExec)>,
        directory: Option<Rc<[u8]>>,
        open: &Rc<Cell<usize>>,
    ) -> Rc<RefCell<Self>> {
        open.set(open.get() + slots.len());
        Rc::new(RefCell::new(Self { slots, directory, open: Rc::clone(open) }))
    }

    fn change<T>(&mut self, how: impl FnOnce(&mut BTreeMap<u32, (Leads, OnExec)>) -> T) -> T {
        let before = self.slots.len();
        let result = how(&mut self.slots);
        self.open.set(self.open.get() - before + self.slots.len());
        result
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.open.set(self.open.get() - self.slots.len());
    }
}

/// All processes.
#[derive(Debug, Default)]
pub(super) struct Processes {
    tables: BTreeMap<u32, Rc<RefCell<Table>>>,
    open: Rc<Cell<usize>>,
}

impl Processes {
    /// Which process a line is of. Without `-f`, and while there is but one, strace names none; 0
    /// stands for it until it gets its name.
    pub(super) fn of_line(&mut self, named: Option<u32>) -> u32 {
        const UNNAMED: u32 = 0;
        match named {
            None if self.tables.len() == 1 => self.tables.keys().next().copied().unwrap_or(UNNAMED),
            None => UNNAMED,
            Some(process) => {
                if !self.tables.contains_key(&process)
                    && let Some(table) = self.tables.remove(&UNNAMED)
                {
                    self.tables.insert(process, table);
                }
                process
            }
        }
    }

    pub(super) fn knows(&self, process: u32) -> bool {
        self.tables.contains_key(&process)
    }

    /// A process that was there before the recording began.
    pub(super) fn begins(&mut self, process: u32) -> Result<(), Fault> {
        if self.tables.len() >= MOST_PROCESSES && !self.knows(process) {
            return Err(Fault::Rule("is of one process too many: 2^18 did not end yet"));
        }
        let new = || Table::new(BTreeMap::new(), None, &self.open);
        self.tables.entry(process).or_insert_with(new);
        Ok(())
    }

    /// It made another.
    pub(super) fn forks(
        &mut self,
        process: u32,
        child: u32,
        descriptors: Descriptors,
    ) -> Result<(), Fault> {
        let Some(table) = self.tables.get(&process).map(Rc::clone) else { return Ok(()) };
        let table = match descriptors {
            Descriptors::Shared => table,
            Descriptors::Copied => {
                let (slots, directory) = {
                    let table = table.borrow();
                    (table.slots.clone(), table.directory.clone())
                };
                self.check_room(slots.len())?;
                Table::new(slots, directory, &self.open)
            }
        };
        self.begins(child)?;
        self.tables.insert(child, table);
        Ok(())
    }

    /// It begins another program, with descriptors of its own.
    pub(super) fn executes(&mut self, process: u32) {
        let Some(table) = self.tables.remove(&process) else { return };
        let kept = table
            .borrow()
            .slots
            .iter()
            .filter(|(_, (_, on_exec))| *on_exec == OnExec::Stays)
            .map(|(number, slot)| (*number, slot.clone()))
            .collect();
        let directory = table.borrow().directory.clone();
        // Given up first: mostly nobody shares it, and then its descriptors do not count twice.
        drop(table);
        self.tables.insert(process, Table::new(kept, directory, &self.open));
    }

    pub(super) fn ends(&mut self, process: u32) {
        self.tables.remove(&process);
    }

    /// A thread that begins another program becomes its process, and the others end.
    pub(super) fn supersedes(&mut self, thread: u32, process: u32) {
        if let Some(table) = self.tables.remove(&thread) {
            self.tables.insert(process, table);
        }
    }

    /// Where the process stands, if that was seen.
    pub(super) fn directory(&self, process: u32) -> Option<Rc<[u8]>> {
        self.tables.get(&process)?.borrow().directory.clone()
    }

    /// The process stands there from now on.
    pub(super) fn enters(&self, process: u32, directory: Option<&[u8]>) {
        let Some(table) = self.tables.get(&process) else { return };
        let mut table = table.borrow_mut();
        if table.directory.as_deref() != directory {
            table.directory = directory.map(Rc::from);
        }
    }

    /// A descriptor leads somewhere.
    pub(super) fn leads(
        &self,
        process: u32,
        number: u32,
        slot: Option<(Leads, OnExec)>,
    ) -> Result<(), Fault> {
        let Some(table) = self.tables.get(&process) else { return Ok(()) };
        match slot {
            None => table.borrow_mut().change(|slots| slots.remove(&number)),
            Some(slot) => {
                self.check_room(1)?;
                table.borrow_mut().change(|slots| slots.insert(number, slot))
            }
        };
        Ok(())
    }

    fn check_room(&self, more: usize) -> Result<(), Fault> {
        if self.open.get() + more > MOST_OPEN {
            return Err(Fault::Rule("opens one descriptor too many: 2^20 are open at a time"));
        }
        Ok(())
    }

    /// Descriptors from `first` to `last` are closed.
    pub(super) fn closes(&self, process: u32, first: u32, last: u32) {
        if let Some(table) = self.tables.get(&process) {
            let within = |number: &u32| (first..=last).contains(number);
            table.borrow_mut().change(|slots| slots.retain(|number, _| !within(number)));
        }
    }

    /// What becomes of a descriptor when a program begins.
    pub(super) fn on_exec(&self, process: u32, number: u32, on_exec: OnExec) {
        if let Some(table) = self.tables.get(&process)
            && let Some(slot) = table.borrow_mut().slots.get_mut(&number)
        {
            slot.1 = on_exec;
        }
    }

    /// What a number leads to, if that was seen.
    pub(super) fn slot(&self, process: u32, number: u32) -> Option<Leads> {
        let table = self.tables.get(&process)?.borrow();
        table.slots.get(&number).map(|(leads, _)| leads.clone())
    }

    /// What a descriptor leads to. What `-y` says is true: a number that leads to another file now
    /// was opened in a way that was not recorded.
    pub(super) fn find(
        &self,
        process: u32,
        descriptor: Descriptor,
        files: &mut Files,
    ) -> Result<Found, Fault> {
        let slot = self.slot(process, descriptor.number);
        let Some(path) = descriptor.path else {
            return Ok(match slot {
                Some(Leads::ToFile(description)) => Found::File(description),
                Some(Leads::Elsewhere) => Found::Elsewhere,
                None => Found::Unknown,
            });
        };
        if !is_storage_path(&path) {
            return Ok(Found::Elsewhere);
        }
        if let Some(Leads::ToFile(description)) = slot
            && *description.file.name.borrow() == path.name
        {
            return Ok(Found::File(description));
        }
        let description = files.unseen(path.name);
        let slot = (Leads::ToFile(Rc::clone(&description)), OnExec::Stays);
        self.leads(process, descriptor.number, Some(slot))?;
        Ok(Found::File(description))
    }
}
