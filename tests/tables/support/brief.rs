//! Wishes of a node in a few words each.

use crate::show;
use mirrorsim::protocol::{Effect, Message, Note, Outcome};

/// What was wished, in order; the same wish several times in a row is counted.
pub fn wishes(effects: &[Effect]) -> Vec<String> {
    let mut told: Vec<(String, usize)> = Vec::new();
    for word in effects.iter().filter_map(wish) {
        match told.last_mut() {
            Some((before, count)) if *before == word => *count += 1,
            _ => told.push((word, 1)),
        }
    }
    let counted = |(word, count)| if count == 1 { word } else { format!("{word} ×{count}") };
    told.into_iter().map(counted).collect()
}

fn wish(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Answer(id, Outcome::Written) => format!("answer {id}"),
        Effect::Answer(_, Outcome::Flushed) => "answer the flush".to_owned(),
        Effect::Answer(_, Outcome::Read(_)) => "answer the read".to_owned(),
        // The refusal itself is told beside it.
        Effect::Answer(_, Outcome::Refused(_)) => return None,
        Effect::NvramAppend(..) => "log".to_owned(),
        Effect::NvramPersist(_) => "persist".to_owned(),
        Effect::NvramFree(_) => "free the half".to_owned(),
        Effect::NvramAssign(..) => "assign the half".to_owned(),
        Effect::Send(message) => format!("send {}", name(message)),
        Effect::SendAgain(message) => format!("send again {}", name(message)),
        Effect::Disconnect => "disconnect".to_owned(),
        Effect::ReadVolume(..) => "read".to_owned(),
        Effect::WriteVolume(..) => "write a page".to_owned(),
        Effect::Commit(record) => format!("commit {}", record.cp),
        Effect::DropShadow(cp) => format!("forget {cp}"),
        Effect::PinImage => "pin the image".to_owned(),
        Effect::ReadPinned(..) => "read the pinned image".to_owned(),
        Effect::UnpinImage => "unpin the image".to_owned(),
        Effect::ListChanged(_) => "list changes".to_owned(),
        Effect::SaveState(..) => "save".to_owned(),
        Effect::WriteLog(..) => "store the transfer".to_owned(),
        Effect::ReadLog(..) => "read the log".to_owned(),
        Effect::FreeLog(_) => "free a file".to_owned(),
        Effect::ScanLog => "scan the log".to_owned(),
        Effect::Replay(..) => "replay".to_owned(),
        Effect::Serve => "serve clients".to_owned(),
        Effect::ChangePart => "change part".to_owned(),
        Effect::AskWitness(request) => format!("ask the witness: {}", show::word(&request.plea)),
        Effect::Flush => "flush".to_owned(),
        Effect::SetTimer(timer, _) => format!("set {}", show::word(timer)),
        Effect::CancelTimer(timer) => format!("cancel {}", show::word(timer)),
        Effect::Refuse(refusal) => format!("refuse {}", show::word(refusal)),
        // The state afterwards says it.
        Effect::Note(Note::Mirror(_)) => return None,
        Effect::Note(note) => format!("say: {}", show::note(note)),
    })
}

/// A message without its numbers.
fn name(message: &Message) -> String {
    let name = show::name(message);
    let name = name.split(" in epoch").next().unwrap_or_default();
    name.split(" of ").next().unwrap_or_default().to_owned()
}
