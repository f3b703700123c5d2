//! The witness alone, and the table of its states and events (Spec 7.6).

use super::*;

fn request(generation: u32, incarnation: u32, number: u64, plea: Plea) -> WitnessRequest {
    let (generation, incarnation) = (Generation(generation), Incarnation(incarnation));
    WitnessRequest { generation, incarnation, number, plea }
}

/// Asks, lets it become durable, and gives the ruling with the reign; `None`: no answer.
fn ask(
    witness: &mut Witness,
    member: Member,
    request: WitnessRequest,
) -> Option<(Ruling, Generation)> {
    let mut effects = Vec::new();
    witness.handle(WitnessInput::Request(member, request), &mut effects);
    let saves = effects.iter().filter_map(|effect| match effect {
        WitnessEffect::SaveState(ticket, _) => Some(*ticket),
        WitnessEffect::Answer(..) => None,
    });
    for ticket in saves.collect::<Vec<_>>() {
        witness.handle(WitnessInput::StateSaved(ticket), &mut effects);
    }
    effects.into_iter().find_map(|effect| match effect {
        WitnessEffect::Answer(to, answer) if to == member => {
            Some((answer.ruling, answer.generation))
        }
        WitnessEffect::Answer(..) | WitnessEffect::SaveState(..) => None,
    })
}

const GRANTED: Ruling = Ruling::Granted;
const REFUSED: Ruling = Ruling::Refused;
const FIRST: Member = Member::First;
const SECOND: Member = Member::Second;

/// Spec 7.6: the witness grants one side.
#[test]
fn who_asks_first_is_granted_and_the_other_refused() {
    let mut witness = Witness::new(WitnessState::FIRST);
    let alone = request(1, 1, 1, Plea::Alone);
    assert_eq!(ask(&mut witness, FIRST, alone), Some((GRANTED, Generation(1))));
    let promotion = request(1, 1, 1, Plea::Promotion);
    assert_eq!(ask(&mut witness, SECOND, promotion), Some((REFUSED, Generation(1))));
    let mut witness = Witness::new(WitnessState::FIRST);
    assert_eq!(ask(&mut witness, SECOND, promotion), Some((GRANTED, Generation(2))));
    assert_eq!(ask(&mut witness, FIRST, alone), Some((REFUSED, Generation(2))));
}

/// Spec 7.6: what is granted is durable before it is told.
#[test]
fn an_answer_waits_until_it_is_durable() {
    let mut witness = Witness::new(WitnessState::FIRST);
    let mut effects = Vec::new();
    let alone = WitnessInput::Request(FIRST, request(1, 1, 1, Plea::Alone));
    witness.handle(alone, &mut effects);
    witness.handle(alone, &mut effects);
    let [WitnessEffect::SaveState(ticket, state)] = effects.as_slice() else {
        panic!("one state is saved, and nobody is answered: {effects:?}")
    };
    assert_eq!(state.standing, Standing::Alone);
    let ticket = *ticket;
    witness.handle(WitnessInput::StateSaved(ticket), &mut effects);
    assert!(matches!(effects[1..], [WitnessEffect::Answer(FIRST, _)]), "{effects:?}");
}

/// A request that a later one overtook changes nothing, also after a crash of the witness.
#[test]
fn what_was_overtaken_gets_no_answer() {
    let mut witness = Witness::new(WitnessState::FIRST);
    assert!(ask(&mut witness, FIRST, request(1, 1, 1, Plea::Alone)).is_some());
    assert!(ask(&mut witness, FIRST, request(1, 1, 3, Plea::Alone)).is_some());
    let mut witness = Witness::new(witness.state);
    assert_eq!(ask(&mut witness, FIRST, request(1, 1, 2, Plea::Together)), None);
    assert_eq!(witness.state.standing, Standing::Alone);
    let again = ask(&mut witness, FIRST, request(1, 1, 3, Plea::Alone));
    assert_eq!(again, Some((GRANTED, Generation(1))), "the last one is answered again");
}

/// A grant counts for the life that asked; the next one is granted anew, and only on that side.
#[test]
fn a_promotion_that_was_lost_with_its_life_is_granted_again() {
    let mut witness = Witness::new(WitnessState::FIRST);
    assert!(ask(&mut witness, SECOND, request(1, 1, 1, Plea::Promotion)).is_some());
    let again = ask(&mut witness, SECOND, request(1, 2, 1, Plea::Promotion));
    assert_eq!(again, Some((GRANTED, Generation(2))));
    let other = ask(&mut witness, FIRST, request(2, 2, 1, Plea::Promotion));
    assert_eq!(other, Some((REFUSED, Generation(2))), "who reigns may be alone");
}

/// Spec 7.5: an operator may overrule the witness, which then knows of the newer reign.
#[test]
fn a_reign_that_it_has_not_heard_of_is_an_operators() {
    let mut witness = Witness::new(WitnessState::FIRST);
    let forced = request(2, 2, 1, Plea::Alone);
    assert_eq!(ask(&mut witness, SECOND, forced), Some((GRANTED, Generation(2))));
    let old = request(1, 1, 1, Plea::Together);
    assert_eq!(ask(&mut witness, FIRST, old), Some((REFUSED, Generation(2))));
}
