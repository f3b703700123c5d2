//! The rules of the house: who may import whom, sizes of files and functions, banned words.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The import table of `lib.rs`: a module and the modules of this crate it may name.
const IMPORTS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("random", &["units"]),
    ("protocol", &["units"]),
    ("trace", &["units"]),
    // A scenario names the form of a trace.
    ("scenario", &["units", "protocol", "trace"]),
    ("workload", &["units", "random", "scenario", "trace", "protocol"]),
    ("disk", &["units", "scenario", "protocol"]),
    ("wan", &["units", "random", "scenario"]),
    // Swarms turn a seed into a scenario, whose numbers are units.
    ("faults", &["units", "random", "protocol", "scenario"]),
    ("facts", &["units", "protocol"]),
    (
        "simulation",
        &[
            "units", "random", "protocol", "trace", "scenario", "workload", "disk", "wan",
            "faults", "facts",
        ],
    ),
    ("checker", &["units", "protocol", "scenario", "facts"]),
    ("metrics", &["units", "protocol", "scenario", "facts"]),
    ("timeline", &["units", "protocol", "scenario", "facts"]),
    // The name and version of the generator stand in every report.
    ("report", &["units", "random", "protocol", "scenario", "facts", "checker", "metrics"]),
    ("page", &["units", "protocol", "report", "metrics", "timeline"]),
    ("perfetto", &["units", "protocol", "facts", "timeline"]),
    ("plots", &["units", "protocol", "page", "report", "results", "statistics"]),
    (
        "batch",
        &[
            "units",
            "random",
            "faults",
            "protocol",
            "scenario",
            "workload",
            "simulation",
            "facts",
            "checker",
            "metrics",
            "report",
        ],
    ),
    (
        "explain",
        &[
            "units", "random", "protocol", "scenario", "workload", "wan", "facts", "checker",
            "batch",
        ],
    ),
    // The generator's name stands in a baseline.
    (
        "results",
        &[
            "units",
            "random",
            "scenario",
            "workload",
            "facts",
            "metrics",
            "report",
            "batch",
            "statistics",
        ],
    ),
    ("statistics", &[]),
    ("mutants", &["batch", "shrink", "statistics"]),
    ("audit", &["units", "protocol", "scenario", "facts", "checker", "batch"]),
    ("shrink", &["units", "protocol", "scenario", "workload", "facts", "checker", "batch"]),
];

/// Words that have no place in some modules, and why.
const BANNED: &[(&[&str], &str, &str)] = &[
    (&["protocol", "disk", "wan", "simulation", "checker"], "f64", "floats differ by machine"),
    (&["protocol"], "rand", "a node has no randomness"),
    (&["protocol"], "std::time", "a node has no clock of its own"),
    (&["protocol"], "std::io", "a node has no I/O"),
    (&[""], "HashMap", "it iterates in another order in each process"),
    (&[""], "thread_rng", "randomness comes from the seed"),
    (&[""], ".unwrap()", "an expect says why it cannot be"),
    (&[""], "todo!(", "no leftovers"),
    (&[""], "unimplemented!(", "no leftovers"),
    (&[""], "dbg!(", "no leftovers"),
    (&[""], "TODO", "no leftovers"),
    (&[""], "FIXME", "no leftovers"),
    (&[""], "allow(dead_code", "no leftovers"),
];

/// Words of other tongues for our ideas: one idea has one word.
const SYNONYMS: &[(&str, &str)] = &[
    ("replica", "destination"),
    ("secondary", "destination"),
    ("primary", "source"),
    ("seqno", "LSN"),
    ("checkpoint", "consistency point"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("source is text")
}

/// The top-level module that a file of `src` belongs to.
fn module_of(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).expect("it lies in src");
    let first = relative.components().next().expect("it has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The part of a file before its unit tests, without comments.
fn code(path: &Path) -> String {
    let text = text(path);
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    code.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

/// Modules of this crate that a piece of code names by `crate::`.
fn named(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in code.split("crate::").skip(1) {
        let list = part.strip_prefix('{').and_then(|rest| rest.split('}').next());
        for name in list.unwrap_or(part).split(',') {
            let word: String = name
                .trim()
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect();
            names.push(word);
            if list.is_none() {
                break;
            }
        }
    }
    names
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = IMPORTS.iter().copied().collect();
    let mut wrong = Vec::new();
    for path in rust_files("src").iter().filter(|path| !is_test(path)) {
        let module = module_of(path);
        let Some(allowed) = table.get(module.as_str()) else { continue };
        for name in named(&code(path)) {
            let own = name == module;
            let foreign = table.contains_key(name.as_str()) || name == "cli";
            if foreign && !own && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} imports {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_is_in_the_table() {
    let table: Vec<_> = IMPORTS.iter().map(|(module, _)| *module).collect();
    let lib = text(&root().join("src/lib.rs"));
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod "));
    for module in modules.filter_map(|rest| rest.strip_suffix(';')) {
        assert!(module == "cli" || table.contains(&module), "{module} has no row in the table");
        assert!(lib.contains(&format!("[`{module}`]")), "lib.rs does not map {module}");
    }
}

#[test]
fn source_and_destination_know_nothing_of_each_other() {
    for path in rust_files("src/protocol") {
        let name = path.strip_prefix(root()).expect("it lies here").display().to_string();
        let code = code(&path);
        if name.contains("protocol/source") {
            assert!(!code.contains("destination::"), "{name}");
        } else if name.contains("protocol/destination") {
            assert!(!code.contains("source::"), "{name}");
        }
    }
}

#[test]
fn words_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for path in rust_files("src").iter().filter(|path| !is_test(path)) {
        let (module, code) = (module_of(path), code(path));
        for (modules, word, why) in BANNED {
            let here = modules.contains(&"") || modules.contains(&module.as_str());
            if here && code.contains(word) {
                wrong.push(format!("{}: {word}: {why}", path.display()));
            }
        }
        for (word, ours) in SYNONYMS {
            if code.to_lowercase().contains(word) {
                wrong.push(format!("{}: {word}: we say {ours}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short() {
    let mut sizes = Vec::new();
    for path in rust_files("src").into_iter().chain(rust_files("tests")) {
        let lines = text(&path).lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
        sizes.push(lines);
    }
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= 150, "the median file has {median} lines");
}

/// Lengths of functions: from the line that names one to the brace that closes it, in lines.
fn functions(path: &Path) -> Vec<(String, usize)> {
    let text = text(path);
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let declares = trimmed.contains("fn ") && !trimmed.starts_with("//");
        if !declares || trimmed.starts_with('*') {
            continue;
        }
        let indent = line.len() - trimmed.len();
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[start..].iter().position(|line| *line == closing);
        if let Some(end) = end.filter(|_| !line.ends_with(';')) {
            found.push((format!("{}:{}", path.display(), start + 1), end + 1));
        }
    }
    found
}

#[test]
fn functions_are_short() {
    let files = rust_files("src").into_iter().chain(rust_files("tests"));
    let mut all: Vec<_> = files.flat_map(|path| functions(&path)).collect();
    all.sort_by_key(|(_, length)| *length);
    let (place, longest) = all.last().expect("there are functions");
    assert!(*longest <= 70, "{place} has {longest} lines");
    let (_, nineteen_of_twenty) = &all[all.len() * 19 / 20];
    assert!(*nineteen_of_twenty <= 40, "one function in twenty has {nineteen_of_twenty} lines");
    assert!(all.len() > 300, "functions are found at all");
}

#[test]
fn every_clause_in_force_is_cited_in_code() {
    let code: String = rust_files("src").iter().map(|path| text(path)).collect();
    let tests: String = rust_files("tests").iter().map(|path| text(path)).collect();
    let golden = fs::read_dir(root().join("tests/golden")).expect("the scripts are there");
    let scripts = golden.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
    let tests = tests + &scripts.collect::<String>() + &code;
    let in_force = [
        "1.1", "2.1", "2.2", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4.1",
        "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "8.1", "8.2", "9.1",
        "9.2", "9.3", "9.4",
    ];
    for clause in in_force {
        let cites =
            |text: &str| text.lines().any(|line| line.contains("Spec") && line.contains(clause));
        assert!(cites(&code) || clause == "9.4", "Spec {clause} is cited at no line of code");
        assert!(cites(&tests), "Spec {clause} is cited in no test");
    }
}
