//! What the witness does with each event in each of its states (Spec 7.6).

use crate::page::{Row, Section, gathered};
use mirrorsim::protocol::witness::{
    Member, Plea, Ruling, Standing, Witness, WitnessEffect, WitnessInput, WitnessRequest,
    WitnessState,
};
use mirrorsim::protocol::{Generation, Incarnation};

pub const HEADER: &str = "What the witness does with each event in each of its states (Spec 7.6).
A section is a state: whose reign is the newest, and whether that side may go on alone.
A line is an event: → the state afterwards, if another; then what was wished, in order; – nothing.
Events that are answered alike stand together, a · between them. The side that reigns is named so, and
the other is the other side. Reigns that are asked about are told from the newest that is known.
Made by tests/tables.rs; UPDATE_GOLDEN=1 rewrites it.";

/// The life and the number of the last request that was answered.
const ANSWERED: (Incarnation, u64) = (Incarnation(2), 5);

/// A state that something was asked in before, by both sides.
fn state(reigning: Member, standing: Standing) -> WitnessState {
    let start =
        WitnessState { generation: Generation(4), reigning, standing, ..WitnessState::FIRST };
    let mut witness = Witness::new(start);
    let mut effects = Vec::new();
    let plea = match standing {
        Standing::Together => Plea::Together,
        Standing::Alone => Plea::Alone,
    };
    for (member, plea) in [(reigning, plea), (other(reigning), Plea::Alone)] {
        let asked = request(Generation(4), ANSWERED, plea);
        witness.handle(WitnessInput::Request(member, asked), &mut effects);
    }
    saved(&effects).expect("each request is made durable")
}

/// The last state that was to be saved.
fn saved(effects: &[WitnessEffect]) -> Option<WitnessState> {
    effects.iter().rev().find_map(|effect| match effect {
        WitnessEffect::SaveState(_, state) => Some(state.clone()),
        WitnessEffect::Answer(..) => None,
    })
}

fn request(
    generation: Generation,
    (incarnation, number): (Incarnation, u64),
    plea: Plea,
) -> WitnessRequest {
    WitnessRequest { generation, incarnation, number, plea }
}

const fn other(member: Member) -> Member {
    match member {
        Member::First => Member::Second,
        Member::Second => Member::First,
    }
}

fn name(state: &WitnessState) -> String {
    let who = match state.reigning {
        Member::First => "first",
        Member::Second => "second",
    };
    let standing = match state.standing {
        Standing::Together => "together",
        Standing::Alone => "alone",
    };
    format!("reign {} of the {who} side, {standing}", state.generation)
}

/// What it does, made durable at once.
fn row(event: String, before: &WitnessState, member: Member, asked: WitnessRequest) -> Row {
    let mut witness = Witness::new(before.clone());
    let mut effects = Vec::new();
    witness.handle(WitnessInput::Request(member, asked), &mut effects);
    let mut wishes = Vec::new();
    let mut answers = Vec::new();
    for effect in effects.clone() {
        match effect {
            WitnessEffect::SaveState(ticket, _) => {
                wishes.push("save".to_owned());
                witness.handle(WitnessInput::StateSaved(ticket), &mut answers);
            }
            WitnessEffect::Answer(..) => answers.push(effect),
        }
    }
    for answer in answers {
        if let WitnessEffect::Answer(to, answer) = answer {
            assert_eq!(to, member, "who asked is answered");
            let ruling = match answer.ruling {
                Ruling::Granted => "granted",
                Ruling::Refused => "refused",
            };
            wishes.push(format!("answer: {ruling}, reign {}", answer.generation));
        }
    }
    let after = saved(&effects).unwrap_or_else(|| before.clone());
    let after = if name(&after) == name(before) { String::new() } else { name(&after) };
    Row { event, after, wishes }
}

fn section(before: &WitnessState) -> Section {
    let mut rows = Vec::new();
    let Generation(newest) = before.generation;
    let sides = [(before.reigning, "who reigns"), (other(before.reigning), "the other side")];
    let pleas =
        [(Plea::Alone, "alone"), (Plea::Together, "together"), (Plea::Promotion, "promotion")];
    let reigns =
        [(newest - 2, "old"), (newest - 1, "last"), (newest, "this"), (newest + 1, "next")];
    for (member, side) in sides {
        for (plea, word) in pleas {
            for (reign, when) in reigns {
                let next = (ANSWERED.0, ANSWERED.1 + 1);
                let asked = request(Generation(reign), next, plea);
                rows.push(row(format!("{side}: {word}, {when} reign"), before, member, asked));
            }
        }
        for (asked, what) in [
            (ANSWERED, "asked again"),
            ((ANSWERED.0, ANSWERED.1 - 1), "asked before that"),
            ((Incarnation(1), 99), "asked by an earlier life"),
        ] {
            let asked = request(before.generation, asked, Plea::Promotion);
            rows.push(row(format!("{side}: {what}"), before, member, asked));
        }
    }
    let script = "both sides asked before".to_owned();
    let impossible = Vec::new();
    Section { name: name(before), state: name(before), script, rows: gathered(rows), impossible }
}

pub fn sections() -> Vec<Section> {
    let mut sections = Vec::new();
    for reigning in [Member::First, Member::Second] {
        for standing in [Standing::Together, Standing::Alone] {
            sections.push(section(&state(reigning, standing)));
        }
    }
    sections
}
