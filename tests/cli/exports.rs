//! What `check` writes for machines: a `JUnit` file, annotations and a job page of GitHub Actions.

use crate::support::{Ended, Place, SCENARIO, ended};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;

type Attributes = BTreeMap<String, String>;

/// The elements of a file in order, each with its attributes and the text right inside it.
fn elements(xml: &str) -> Vec<(String, Attributes, String)> {
    let mut reader = Reader::from_str(xml);
    let mut found: Vec<(String, Attributes, String)> = Vec::new();
    let element = |start: &BytesStart| {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("an attribute");
            let key = attribute.key.as_ref().to_owned();
            (
                key,
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .expect("it is escaped")
                    .into_owned(),
            )
        });
        (start.name().as_ref().to_owned(), attributes.collect(), String::new())
    };
    loop {
        match reader.read_event().expect("it is well formed") {
            Event::Start(start) | Event::Empty(start) => found.push(element(&start)),
            Event::Text(text) => {
                if let Some(last) = found.last_mut() {
                    last.2 += &text;
                }
            }
            Event::GeneralRef(_) => found.last_mut().expect("inside").2.push('&'),
            Event::Eof => return found,
            Event::End(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

/// Two scenarios, of which the second always fails; its name needs care.
fn place() -> (Place, &'static str) {
    let place = Place::new();
    let file = "a, 50%: <b> & \"c\".json";
    place.write(file, SCENARIO.replace("acknowledged\": 8", "acknowledged\": 9"));
    (place, file)
}

#[test]
fn a_junit_file_has_a_suite_for_each_scenario() {
    let (place, file) = place();
    let words = ["check", "small.json", file, "--seeds=3..5", "--junit=check.xml"];
    place.run(&words).expect(1);
    let xml = place.read("check.xml");
    let found = elements(&xml);
    let of = |wanted: &str| {
        let these = found.iter().filter(|(name, ..)| name == wanted);
        these.map(|(_, attributes, _)| attributes.clone()).collect::<Vec<_>>()
    };
    let all = &of("testsuites")[0];
    assert_eq!([&all["tests"], &all["failures"], &all["errors"]], ["4", "2", "0"]);
    let suites = of("testsuite");
    assert_eq!([&suites[0]["name"], &suites[1]["name"]], ["small.json", file]);
    assert_eq!([&suites[0]["failures"], &suites[1]["failures"]], ["0", "2"]);
    let cases: Vec<_> = of("testcase")
        .iter()
        .map(|case| (case["classname"].clone(), case["name"].clone()))
        .collect();
    let case = |file: &str, seed: &str| (file.to_owned(), seed.to_owned());
    let wanted = ["small.json", file].map(|file| [case(file, "seed 3"), case(file, "seed 4")]);
    assert_eq!(cases, wanted.concat());
    let failure = &of("failure")[0];
    assert_eq!(failure["message"], "seed 3: `writes.acknowledged` is 8, expected 9");
    assert_eq!(failure["type"], "expectation");
    let text = &found.iter().find(|(name, ..)| name == "failure").expect("one").2;
    for part in ["reproduce: mirrorsim run ", " --seed 3", "with: mirrorsim 0.1.0, scenario "] {
        assert!(text.contains(part), "{text}");
    }
    let alone = place.run(&[&words[..4], &["--junit=again.xml", "--jobs=1"]].concat()).expect(1);
    assert!(alone.stdout.contains("2 failed"), "{}", alone.stdout);
    assert_eq!(place.read("again.xml"), xml, "the same on any number of cores");
}

/// A control character of a name would break the file.
#[test]
fn a_junit_file_holds_no_control_characters() {
    let place = Place::new();
    let file = "a\u{1b}[31m\u{7}\u{ffff}b.json";
    place.write(file, SCENARIO.replace("acknowledged\": 8", "acknowledged\": 9"));
    place.run(&["check", file, "--seeds=0", "--junit=check.xml"]).expect(1);
    let xml = place.read("check.xml");
    assert!(!xml.contains(['\u{1b}', '\u{7}', '\u{ffff}']), "{xml}");
    assert_eq!(elements(&xml)[1].1["name"], "a[31mb.json");
}

/// Blocks are the same whatever fails in them.
#[test]
fn many_seeds_share_a_case() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=7..2010", "--junit=check.xml", "--show=0"];
    let fails = ["--set=expect={}", "--set=expect.writes.acknowledged=9", "--max-fail=15"];
    let cases = |options: &[&str], code| {
        place.run(&[&words[..], options].concat()).expect(code);
        let found = elements(&place.read("check.xml"));
        let cases = found.into_iter().filter(|(name, ..)| name == "testcase" || name == "failure");
        cases.map(|(_, attributes, text)| (attributes, text)).collect::<Vec<_>>()
    };
    let passing = cases(&[], 0);
    assert_eq!(passing.len(), 668);
    assert_eq!(
        (&*passing[0].0["name"], &*passing[667].0["name"]),
        ("seeds 7..10", "seeds 2008..2010")
    );
    let failing = cases(&fails, 1);
    assert_eq!(failing.len(), 10, "five blocks of three seeds, each with its failure");
    assert_eq!(failing[2].0["name"], passing[1].0["name"]);
    assert_eq!(failing[3].1.matches("reproduce: ").count(), 3, "{}", failing[3].1);
}

#[test]
fn a_junit_file_that_cannot_be_written_is_told_before_the_first_run() {
    let refused =
        Place::new().run(&["check", "small.json", "--junit=no/such/place.xml"]).expect(74);
    assert!(refused.stderr.contains("no/such/place.xml cannot be written"), "{}", refused.stderr);
    assert_eq!(refused.stdout, "");
}

fn on_github(place: &Place, words: &[&str]) -> Ended {
    let page = place.path("page.md");
    ended(place.command(words).env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", page))
}

#[test]
fn github_is_told_of_the_first_failures() {
    let (place, file) = place();
    let words = ["check", "small.json", file, "--seeds=0..12", "--format=json"];
    let told = on_github(&place, &words).expect(1);
    let errors: Vec<_> = told.stderr.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 10, "{}", told.stderr);
    let head = "::error file=a%2C 50%25%3A <b> & \"c\".json,title=expectation with seed 0::\
        `writes.acknowledged` is 8, expected 9%0Areproduce: mirrorsim run 'a, 50%25: <b>";
    assert!(errors[0].starts_with(head), "{}", errors[0]);
    assert!(told.stderr.contains("\n::notice title=mirrorsim check::2 more runs failed\n"));
    assert!(!told.stdout.contains("::error"), "rows stay rows");
    let page = place.read("page.md");
    assert!(
        page.starts_with("### mirrorsim check: 12 of 24 runs failed\n\n| scenario |"),
        "{page}"
    );
    assert!(page.contains("\n| small.json | 12 | 0 | "), "{page}");
    assert!(page.contains("\n**expectation** a&#44; 50&#37;&#58; &#60;b&#62;"), "{page}");
    assert_eq!(page.matches("    reproduce: mirrorsim run ").count(), 12, "{page}");
    on_github(&place, &["check", "small.json"]).expect(0);
    let both = place.read("page.md");
    assert!(both.starts_with(&page) && both.ends_with(" s |\n\n"), "it is appended to: {both}");
    let elsewhere = place.run(&words).expect(1);
    assert!(!elsewhere.stderr.contains("::error"), "{}", elsewhere.stderr);
}

/// What the step has written already counts.
#[test]
fn a_job_page_stays_below_its_bound() {
    let place = Place::new();
    place.write("page.md", "x".repeat((1 << 20) - 2000));
    let words = ["check", "small.json", "--seeds=0..40", "--set=expect.writes.acknowledged=9"];
    on_github(&place, &words).expect(1);
    let page = place.read("page.md");
    assert!(page.len() < 1 << 20 && page.len() > (1 << 20) - 500, "{}", page.len());
    assert!(page.ends_with("\nThe rest does not fit here.\n"));
}
