//! Files that were opened, and what is known of them.

use super::arguments::{Device, Path};
use super::flags::OpenFlags;
use super::names::joined;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// A file on storage.
#[derive(Debug)]
pub(super) struct File {
    /// It changes when the file is renamed.
    pub name: RefCell<Vec<u8>>,
    /// Bytes up to its end, if that was seen.
    pub size: Cell<Option<u64>>,
    /// Whether it was seen to be a directory.
    pub kind: Cell<Kind>,
    /// The open file description that was used last.
    last: RefCell<Weak<Description>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Regular,
    Directory,
}

/// An open file description: descriptors of several processes can share it.
#[derive(Debug)]
pub(super) struct Description {
    pub file: Rc<File>,
    /// Where it reads and writes next, if that is known.
    pub position: Cell<Option<u64>>,
    pub flags: Cell<OpenFlags>,
}

impl Description {
    /// The file grew to this end at least.
    pub(super) fn reaches(&self, end: u64) {
        let size = self.file.size.get().map_or(end, |size| size.max(end));
        self.file.size.set(Some(size));
    }
}

/// Closed files that are remembered for what is appended to them later.
const KEPT: usize = 1 << 14;

/// A longest name: more is no path.
const LONGEST_NAME: usize = 4096;

/// All files by name: those that are open, and some that were.
#[derive(Debug, Default)]
pub(super) struct Files {
    by_name: BTreeMap<Vec<u8>, Rc<File>>,
    /// So many that closed ones are forgotten next.
    full: usize,
    /// Files without a name that were opened.
    temporary: u64,
}

impl Files {
    /// The file of this name.
    pub(super) fn named(&mut self, name: Vec<u8>) -> Rc<File> {
        if let Some(file) = self.by_name.get(&name) {
            return Rc::clone(file);
        }
        if self.by_name.len() >= self.full.max(KEPT) {
            self.by_name.retain(|_, file| Rc::strong_count(file) > 1);
            self.full = self.by_name.len() * 2;
        }
        let file = Rc::new(File {
            name: RefCell::new(name.clone()),
            size: Cell::new(None),
            kind: Cell::new(Kind::Regular),
            last: RefCell::default(),
        });
        if name.len() <= LONGEST_NAME {
            self.by_name.insert(name, Rc::clone(&file));
        }
        file
    }

    /// An open of the file of this name.
    pub(super) fn opened(&mut self, name: Vec<u8>, flags: OpenFlags) -> Rc<Description> {
        let is_temporary = flags.has(OpenFlags::TEMPORARY);
        if is_temporary {
            self.forget(&name);
        }
        let file = self.named(name);
        let is_new = flags.has(OpenFlags::CREATE) && file.size.get().is_none();
        if is_new
            || is_temporary
            || flags.has(OpenFlags::TRUNCATE)
            || flags.has(OpenFlags::EXCLUSIVE)
        {
            file.size.set(Some(0));
        }
        if flags.has(OpenFlags::DIRECTORY) && !is_temporary {
            file.kind.set(Kind::Directory);
        }
        describe(&file, Some(0), flags)
    }

    /// A name for the next file in this directory that has none.
    pub(super) fn temporary_name(&mut self, directory: &[u8]) -> Vec<u8> {
        self.temporary += 1;
        joined(Some(directory), format!("#tmpfile{}", self.temporary).as_bytes())
    }

    /// A descriptor of this file whose opening was not seen: most likely it was duplicated from, or
    /// came with, the one that was used last.
    pub(super) fn unseen(&mut self, name: Vec<u8>) -> Rc<Description> {
        let file = self.named(name);
        let last = file.last.borrow().upgrade();
        last.unwrap_or_else(|| describe(&file, None, OpenFlags::default()))
    }

    /// Whether it is a directory, or some other file lies in it.
    pub(super) fn is_directory(&self, file: &File) -> bool {
        if file.kind.get() == Kind::Directory {
            return true;
        }
        let mut inside = file.name.borrow().clone();
        inside.push(b'/');
        let next = self.by_name.range(inside.clone()..).next();
        next.is_some_and(|(name, _)| name.starts_with(&inside))
    }

    /// The name stands for another file from now on, or for none.
    pub(super) fn forget(&mut self, name: &[u8]) {
        self.by_name.remove(name);
    }

    /// A file that was closed, or is open, under its new name.
    pub(super) fn renamed(&mut self, from: &[u8], to: &[u8]) {
        match self.by_name.remove(from) {
            None => self.forget(to),
            Some(file) => {
                file.name.replace(to.to_vec());
                self.by_name.insert(to.to_vec(), file);
            }
        }
    }
}

fn describe(file: &Rc<File>, position: Option<u64>, flags: OpenFlags) -> Rc<Description> {
    let description = Rc::new(Description {
        file: Rc::clone(file),
        position: Cell::new(position),
        flags: Cell::new(flags),
    });
    file.last.replace(Rc::downgrade(&description));
    description
}

/// Whether a name stands for storage: an absolute path of a file or of a disk, or a relative one.
/// Pipes, sockets, terminals, files of the kernel and files in memory do not.
pub(super) fn is_storage(name: &[u8]) -> bool {
    const KERNEL: [&[u8]; 3] = [b"/proc/", b"/sys/", b"/memfd:"];
    const DISKS: [&[u8]; 17] = [
        b"sd", b"hd", b"vd", b"xvd", b"nvme", b"mmcblk", b"loop", b"md", b"dm-", b"mapper/",
        b"disk/", b"nbd", b"drbd", b"rbd", b"zd", b"bcache", b"ram",
    ];
    match name.strip_prefix(b"/dev/") {
        Some(device) => DISKS.iter().any(|disk| device.starts_with(disk)),
        None => !name.is_empty() && !KERNEL.iter().any(|prefix| name.starts_with(prefix)),
    }
}

/// Whether what `-y` says stands for storage; there all paths are absolute.
pub(super) fn is_storage_path(path: &Path) -> bool {
    match path.device {
        Some(Device::Block) => true,
        Some(Device::Character) => false,
        None => path.name.starts_with(b"/") && is_storage(&path.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_is_files_and_disks() {
        for storage in
            ["/data/a", "relative", "/dev/sda1", "/dev/mapper/vg-lv", "/dev/loop0", "/tmp/x"]
        {
            assert!(is_storage(storage.as_bytes()), "{storage}");
        }
        for other in
            ["/dev/null", "/dev/pts/0", "/dev/shm/x", "/proc/1/mem", "/sys/a", "/memfd:x", ""]
        {
            assert!(!is_storage(other.as_bytes()), "{other}");
        }
        let path = |name: &str, device| Path { name: name.into(), device };
        assert!(!is_storage_path(&path("pipe:[5]", None)));
        assert!(is_storage_path(&path("/dev/odd", Some(Device::Block))));
        assert!(!is_storage_path(&path("/dev/loop-control", Some(Device::Character))));
    }

    #[test]
    fn closed_files_are_forgotten_but_not_open_ones() {
        let mut files = Files::default();
        let open = files.opened(b"/open".to_vec(), OpenFlags::TRUNCATE);
        for number in 0..3 * KEPT {
            files.opened(format!("/{number}").into_bytes(), OpenFlags::TRUNCATE);
        }
        assert!(files.by_name.len() <= KEPT, "{}", files.by_name.len());
        assert!(Rc::ptr_eq(&open.file, &files.named(b"/open".to_vec())));
    }

    #[test]
    fn a_directory_is_one_with_files_in_it() {
        let mut files = Files::default();
        let directory = files.named(b"/data".to_vec());
        assert!(!files.is_directory(&directory));
        files.named(b"/data-1".to_vec());
        assert!(!files.is_directory(&directory));
        files.named(b"/data/x".to_vec());
        assert!(files.is_directory(&directory));
    }
}
