//! Names as calls give them, made absolute where the recording shows the directory.

use super::arguments::Arguments;
use super::processes::Leads;
use super::world::World;

/// Places of the arguments that name a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    /// The directory's descriptor; without one the name begins where the process stands.
    pub directory: Option<usize>,
    pub name: usize,
}

impl Named {
    /// `unlink(name)`.
    pub(super) const fn here(name: usize) -> Self {
        Self { directory: None, name }
    }

    /// `unlinkat(directory, name)`.
    pub(super) const fn at(directory: usize) -> Self {
        Self { directory: Some(directory), name: directory + 1 }
    }
}

impl World {
    /// The file that a call names; `None` if it names none, or one that is not on storage.
    pub(super) fn name(
        &self,
        process: u32,
        arguments: &Arguments<'_>,
        places: Named,
    ) -> Option<Vec<u8>> {
        let name = arguments.string(places.name)?;
        if let Some(path) = places.directory.and_then(|place| arguments.working_directory(place)) {
            self.processes.enters(process, Some(&path.name));
        }
        let descriptor = places.directory.and_then(|place| arguments.descriptor(place));
        let Some(descriptor) = descriptor.filter(|_| !name.starts_with(b"/")) else {
            return Some(joined(self.processes.directory(process).as_deref(), &name));
        };
        if let Some(path) = descriptor.path {
            return Some(joined(Some(&path.name), &name));
        }
        match self.processes.slot(process, descriptor.number) {
            Some(Leads::ToFile(description)) => {
                Some(joined(Some(&description.file.name.borrow()), &name))
            }
            Some(Leads::Elsewhere) => None,
            None => Some(name),
        }
    }

    /// `open("log") = 3</d/log>` shows where the process stands.
    pub(super) fn learns(&self, process: u32, given: &[u8], opened: &[u8]) {
        let directory =
            opened.strip_suffix(given).and_then(|directory| directory.strip_suffix(b"/"));
        if let Some(directory) = directory.filter(|_| !given.starts_with(b"/")) {
            let root = directory.is_empty();
            self.processes.enters(process, Some(if root { b"/" } else { directory }));
        }
    }

    /// `chdir(name)` or `fchdir(descriptor)`.
    pub(super) fn changes_directory(&self, process: u32, arguments: &Arguments<'_>) {
        let path = match arguments.descriptor(0) {
            None => self.name(process, arguments, Named::here(0)),
            Some(descriptor) => descriptor.path.map(|path| path.name).or_else(|| {
                match self.processes.slot(process, descriptor.number)? {
                    Leads::ToFile(description) => Some(description.file.name.borrow().clone()),
                    Leads::Elsewhere => None,
                }
            }),
        };
        let absolute = path.filter(|path| path.starts_with(b"/"));
        self.processes.enters(process, absolute.as_deref());
    }
}

/// A name in a directory, or an absolute one. `.` and `..` go as if there were no symbolic links.
pub(super) fn joined(directory: Option<&[u8]>, name: &[u8]) -> Vec<u8> {
    let whole = match directory {
        Some(directory) if !name.starts_with(b"/") => [directory, b"/", name].concat(),
        _ => name.to_vec(),
    };
    if !whole.starts_with(b"/") {
        return whole;
    }
    let mut parts = Vec::new();
    for part in whole.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    [b"/", parts.join(&b'/').as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn names_are_joined_to_their_directory() {
        let of = |directory: Option<&str>, name: &str| {
            String::from_utf8_lossy(&joined(directory.map(str::as_bytes), name.as_bytes()))
                .into_owned()
        };
        assert_eq!(of(Some("/d"), "log"), "/d/log");
        assert_eq!(of(Some("/d"), "./a//../log"), "/d/log");
        assert_eq!(of(Some("/d"), "../../e/"), "/e");
        assert_eq!(of(Some("/"), "log"), "/log");
        assert_eq!(of(Some("/d"), "/e/log"), "/e/log");
        assert_eq!(of(Some("d"), "log"), "d/log");
        assert_eq!(of(None, "./log"), "./log");
        assert_eq!(of(None, "/"), "/");
    }
}
