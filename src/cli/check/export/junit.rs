//! `JUnit` XML, as continuous integration reads it: a suite for each scenario, a case for each seed or
//! block of seeds. No times stand in it: the same check gives the same file.

use super::words::{BASELINE, account, kind, reasons, sentences, told};
use super::{Export, Summary};
use crate::report::text::count;
use crate::results::baseline::Change;
use crate::results::saved::Saved;
use crate::results::{Plan, Run, Seeds, Totals, Word};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// Cases of a suite at most: where there are more seeds, a case is a block of them. Which seeds share
/// a case depends on the range alone, so that a case has one name from check to check.
const MOST_CASES: u64 = 1000;
/// Failing runs that the text of a case tells of, at most.
const MOST_TOLD: u64 = 10;

/// The file, while runs come in.
pub(in crate::cli) struct Junit {
    seeds: Seeds,
    /// Seeds of a case.
    block: u64,
    suites: Vec<Suite>,
    /// The cases of the scenario at hand.
    cases: Vec<Case>,
}

struct Suite {
    file: String,
    cases: Vec<Case>,
    totals: Totals,
}

/// A seed, or a block of them.
struct Case {
    number: u64,
    name: String,
    trouble: Option<Trouble>,
}

/// What failed in a case.
struct Trouble {
    element: Element,
    kind: String,
    /// Of the first run that failed.
    message: String,
    accounts: Vec<String>,
    failed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    /// A check that failed.
    Failure,
    /// The simulator broke.
    Error,
}

impl Junit {
    /// The file about the runs of a plan.
    pub fn new(plan: &Plan) -> Self {
        let block = plan.seeds.count().div_ceil(MOST_CASES);
        Self { seeds: plan.seeds, block, suites: Vec::new(), cases: Vec::new() }
    }

    /// Begins the case of this seed, unless a seed before it did.
    fn open_case(&mut self, seed: u64) {
        let number = self.seeds.before(seed) / self.block;
        if self.cases.last().is_some_and(|last| last.number == number) {
            return;
        }
        let first = self.seeds.first() + number * self.block;
        let last = first.saturating_add(self.block - 1).min(self.seeds.last());
        let name = if first == last {
            format!("seed {first}")
        } else {
            format!("seeds {first}..{}", u128::from(last) + 1)
        };
        self.cases.push(Case { number, name, trouble: None });
    }

    /// Tells in the last case what failed in a run, if anything did.
    fn judge(&mut self, run: &Run) {
        let element = match run.finding.word() {
            Word::Pass => return,
            Word::Fail | Word::Differs => Element::Failure,
            Word::Bug => Element::Error,
        };
        let message = reasons(&run.finding).join("; ");
        self.fail(element, kind(&run.finding), run.seed, &message, &account(run));
    }

    fn fail(&mut self, element: Element, kind: &str, seed: u64, message: &str, account: &str) {
        let case = self.cases.last_mut().expect("the run's case was begun");
        let trouble = case.trouble.get_or_insert_with(|| Trouble {
            element,
            kind: kind.to_owned(),
            message: format!("seed {seed}: {message}"),
            accounts: Vec::new(),
            failed: 0,
        });
        trouble.failed += 1;
        if trouble.failed <= MOST_TOLD {
            trouble.accounts.push(format!("seed {seed}: {account}"));
        }
    }
}

impl Export for Junit {
    fn saved(&mut self, run: &Run, _saved: &Saved) -> String {
        let number = self.cases.len() as u64;
        self.cases.push(Case { number, name: run.file.clone(), trouble: None });
        self.judge(run);
        String::new()
    }

    fn all_saved(&mut self, folder: &str, totals: &Totals) -> String {
        self.scenario(folder, totals)
    }

    fn run(&mut self, run: &Run) -> String {
        self.open_case(run.seed);
        self.judge(run);
        String::new()
    }

    fn moved(&mut self, run: &Run, changes: &[Change]) -> String {
        let sentences = sentences(changes);
        let message = sentences.join("; ");
        self.fail(Element::Failure, BASELINE, run.seed, &message, &told(run, sentences));
        String::new()
    }

    fn scenario(&mut self, file: &str, totals: &Totals) -> String {
        let cases = std::mem::take(&mut self.cases);
        self.suites.push(Suite { file: file.to_owned(), cases, totals: *totals });
        String::new()
    }

    fn summary(&mut self, _summary: &Summary) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        render(&mut writer, &self.suites).expect("memory takes what is written");
        String::from_utf8(writer.into_inner()).expect("text was written") + "\n"
    }
}

type Xml = Writer<Vec<u8>>;

fn render(writer: &mut Xml, suites: &[Suite]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let numbers = numbers(&suites.iter().flat_map(|suite| &suite.cases));
    let element = writer.create_element("testsuites").with_attribute(("name", "mirrorsim check"));
    let element = numbers
        .iter()
        .fold(element, |element, (key, number)| element.with_attribute((*key, number.as_str())));
    element.write_inner_content(|writer| suites.iter().try_for_each(|it| suite(writer, it)))?;
    Ok(())
}

fn suite(writer: &mut Xml, suite: &Suite) -> io::Result<()> {
    let file = attribute(&suite.file);
    let element = writer.create_element("testsuite").with_attribute(("name", file.as_str()));
    let element = numbers(&suite.cases.iter())
        .iter()
        .fold(element, |element, (key, number)| element.with_attribute((*key, number.as_str())));
    element.write_inner_content(|writer| {
        let Totals { runs, events, simulated_ns, .. } = suite.totals;
        let properties = [("runs", runs), ("events", events), ("simulated_ns", simulated_ns)];
        writer.create_element("properties").write_inner_content(|writer| {
            properties.iter().try_for_each(|(name, number)| {
                let number = number.to_string();
                let element = writer.create_element("property");
                let element = element.with_attributes([("name", *name), ("value", &number)]);
                element.write_empty().map(|_| ())
            })
        })?;
        suite.cases.iter().try_for_each(|it| case(writer, &file, it))
    })?;
    Ok(())
}

fn case(writer: &mut Xml, file: &str, case: &Case) -> io::Result<()> {
    let element = writer.create_element("testcase");
    let element = element.with_attributes([("classname", file), ("name", &case.name)]);
    let Some(trouble) = &case.trouble else { return element.write_empty().map(|_| ()) };
    let name = match trouble.element {
        Element::Failure => "failure",
        Element::Error => "error",
    };
    let mut text = trouble.accounts.join("\n");
    if trouble.failed > MOST_TOLD {
        text += &format!("\n{} more seeds failed", count(trouble.failed - MOST_TOLD));
    }
    let (message, kind) = (attribute(&trouble.message), attribute(&trouble.kind));
    element.write_inner_content(|writer| {
        let element = writer.create_element(name);
        let element = element.with_attributes([("message", &*message), ("type", &*kind)]);
        element.write_text_content(BytesText::new(&permitted(&text))).map(|_| ())
    })?;
    Ok(())
}

/// How many cases there are, and how many of each kind of trouble.
fn numbers<'a>(cases: &(impl Iterator<Item = &'a Case> + Clone)) -> [(&'static str, String); 3] {
    let with = |wanted| {
        let cases = cases.clone();
        let troubles = cases.filter_map(|case| case.trouble.as_ref());
        troubles.filter(|trouble| trouble.element == wanted).count().to_string()
    };
    let tests = cases.clone().count().to_string();
    [("tests", tests), ("failures", with(Element::Failure)), ("errors", with(Element::Error))]
}

/// What XML can hold of a text: no control characters but tabs and ends of lines.
fn permitted(text: &str) -> String {
    let may = |c: &char| matches!(c, '\t' | '\n') || !(c.is_control() || is_no_character(*c));
    text.chars().filter(may).collect()
}

const fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// An attribute is one line.
fn attribute(text: &str) -> String {
    permitted(&text.replace('\n', " "))
}
