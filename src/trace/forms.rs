//! One reader for each form.

pub(super) mod alibaba;
pub(super) mod blkparse;
pub(super) mod canonical;
pub(super) mod cloudphysics;
mod columns;
pub(super) mod disksim;
pub(super) mod fio;
pub(super) mod fiu;
pub(super) mod msr;
pub(super) mod nbdkit;
pub(super) mod oracle;
mod scsi;
pub(super) mod spc;
pub(super) mod strace;
pub(super) mod systor;
pub(super) mod tencent;
pub(super) mod vscsi;

/// What tests of readers share.
#[cfg(test)]
mod testing {
    use crate::trace::import::import_with;
    use crate::trace::{Form, RecordKind, Tally};

    /// What a text of this form tells, `<ns> <target> <offset>+<length> <kind>` for each request, and
    /// the tally. The form is also what is detected, unless its columns are those of another one.
    pub(super) fn told(name: &str, text: impl AsRef<[u8]>) -> (Vec<String>, Tally) {
        let form = Form::named(name).expect("a known form");
        let import = import_with(text.as_ref(), Some(form), 1 << 10).expect("a good trace");
        if ![Form::DiskSim, Form::MqSim].contains(&form) {
            let detected = import_with(text.as_ref(), None, 3).expect("it is detected");
            assert_eq!(detected.form, form);
        }
        let (targets, tally) = (import.targets.clone(), import.tally.clone());
        let records = import.map(|record| {
            let record = record.expect("it is read");
            let kind = match record.kind {
                RecordKind::Write => "write",
                RecordKind::WriteThrough => "write through",
                RecordKind::Flush => "flush",
            };
            let (time, target) = (record.time.as_nanos(), &targets[record.target as usize]);
            format!("{time} {target} {}+{} {kind}", record.offset, record.length)
        });
        (records.collect(), tally)
    }

    /// Each line alone is bad, and the message holds these words.
    pub(super) fn faults(name: &str, lines: &[(&str, &str)]) {
        let form = Form::named(name).expect("a known form");
        for (line, words) in lines {
            let error = import_with(line.as_bytes(), Some(form), 8).expect_err("a bad line");
            let error = error.to_string();
            assert!(error.contains(words) && error.contains("line 1"), "{error:?} lacks {words:?}");
        }
    }

    /// A file of this form is bad, and the message holds these words.
    pub(super) fn faults_of(name: &str, bytes: &[u8], words: &str) {
        let form = Form::named(name).expect("a known form");
        let error = import_with(bytes, Some(form), 8).expect_err("a bad file").to_string();
        assert!(error.contains(words), "{error:?} lacks {words:?}");
    }
}
