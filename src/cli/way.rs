//! Paths as files that are moved together name each other.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The way from a folder to a file: it holds while both are moved together.
pub(super) fn way(folder: &Path, file: &Path) -> io::Result<String> {
    let (folder, file) = (fs::canonicalize(folder)?, fs::canonicalize(file)?);
    let text = |path: &Path| {
        let text = path.to_str().map(|text| text.replace(std::path::MAIN_SEPARATOR, "/"));
        text.ok_or_else(|| io::Error::other("its name is no text"))
    };
    let (mut up, mut down) = (folder.components().peekable(), file.components().peekable());
    while up.peek().is_some() && up.peek() == down.peek() {
        up.next();
        down.next();
    }
    // On another drive there is no way.
    if up.peek().is_some_and(|part| matches!(part, Component::Prefix(_))) {
        return text(&file);
    }
    let steps = up.map(|_| Component::ParentDir).chain(down);
    text(&steps.collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_file_is_relative() {
        let place = tempfile::tempdir().expect("a directory");
        let (folder, deep) = (place.path().join("a/b"), place.path().join("a/c"));
        for made in [&folder, &deep] {
            fs::create_dir_all(made).expect("a directory");
        }
        for file in [place.path().join("t.csv"), deep.join("t.csv"), folder.join("t.csv")] {
            fs::write(file, "").expect("a file");
        }
        let to = |file: PathBuf| way(&folder, &file).expect("it is there");
        assert_eq!(to(place.path().join("t.csv")), "../../t.csv");
        assert_eq!(to(deep.join("t.csv")), "../c/t.csv");
        assert_eq!(to(folder.join("t.csv")), "t.csv");
    }
}
