//! What is a trace and what is none.

use crate::trace::{Form, TraceError, import};

fn detected(bytes: impl AsRef<[u8]>) -> Result<Form, TraceError> {
    import(bytes.as_ref(), None).map(|import| import.form)
}

fn is(form: Form, text: &str) {
    match detected(text) {
        Ok(found) => assert_eq!(found, form, "{text:?}"),
        Err(error) => panic!("{text:?}: {error}"),
    }
}

#[track_caller]
fn unknown(bytes: impl AsRef<[u8]>) -> String {
    match detected(bytes) {
        Err(error @ TraceError::UnknownForm { .. }) => error.to_string(),
        Ok(form) => panic!("it is taken for {form}"),
        Err(error) => panic!("{error}"),
    }
}

const MSR: &str = "128166372003061629,usr,1,Write,8192,4096,41286\n";
const ALIBABA: &str = "7,W,8192,4096,1577808000000000\n";

#[test]
fn one_line_tells() {
    is(Form::Msr, MSR);
    is(Form::Alibaba, ALIBABA.trim_end());
    is(Form::Tencent, "1538323200,639088,48,1,1063");
    is(Form::Spc, "0,639088,24576,W,0.0");
    is(Form::Systor, "1455591804.5,,R,0,0,512");
    is(Form::CloudPhysics, "1,5633898,2a,24576,639088");
    is(Form::Fiu, "0 123 own 639088 8 W 8 0 00000000000000000c0dc43585fae000");
}

#[test]
fn a_first_line_of_something_else_does_not_matter() {
    for first in ["a header of my own", "\u{1}\u{2}\u{3}", "time,host,disk,op,at,bytes,ms", "{"] {
        is(Form::Msr, &format!("{first}\n{MSR}"));
        is(Form::Alibaba, &format!("\n# a comment\n{first}\n{}", ALIBABA.repeat(100)));
    }
    // Six lines of sixty-four are a few, seven are not.
    is(Form::Msr, &("no\n".repeat(6) + &MSR.repeat(58)));
    unknown("no\n".repeat(7) + &MSR.repeat(58));
}

#[test]
fn a_line_that_is_cut_off_does_not_matter() {
    is(Form::Msr, &format!("{MSR}{}", &MSR[..20]));
    // The head ends within a line.
    is(Form::Msr, &MSR.repeat(3000));
    is(
        Form::MirrorsimCsv,
        &format!("time_us,target,offset,length,fsync\n{}", "1,v,0,4,0\n".repeat(9999)),
    );
}

#[test]
fn headers_tell_forms_of_plain_numbers_apart() {
    let rows = "1,1538323200,35,0,0\n";
    is(Form::CloudPhysics, &format!("version,time,op,size,lbn\n{rows}"));
    is(Form::CloudPhysics, rows);
    // Without the header, these rows would be those of Tencent.
    let rows = "1577836800,0,512,1,1\n";
    is(Form::MirrorsimCsv, &format!("time_us,target,offset,length,fsync\n{rows}"));
    is(Form::Tencent, rows);
}

#[test]
fn a_process_called_by_a_number_is_still_of_fiu() {
    is(Form::Fiu, "5 9 7 639088 8 W 8 0 00000000000000000c0dc43585fae000\n");
}

#[test]
fn nothing_is_no_trace() {
    assert!(matches!(detected(""), Err(TraceError::Empty)));
    for blank in ["\n", " \n\n", "# only\n# comments\n"] {
        unknown(blank);
    }
}

#[test]
fn other_files_are_no_traces() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0\x1f\xf3\xffa";
    let message = unknown(png);
    assert!(message.contains("\u{fffd}PNG") && message.contains("`--from`"), "{message}");
    assert!(message.contains("msr, blkparse, fio"), "{message}");
    let json =
        "{\n  \"format\": \"mirrorsim-report/1\",\n  \"writes\": { \"acknowledged\": 8 }\n}\n";
    assert!(unknown(json).contains("no known form of trace begins with \"{\""));
    unknown(
        "#include <stdio.h>\n\nint main(void) {\n\tint i = 1, j[] = {1,2,3,4,5};\n\treturn 0;\n}\n",
    );
    unknown("id,name,price,amount,sold\n1,bolt,0.25,12,2024-01-01\n2,nut,0.10,500,2024-01-02\n");
    unknown("id,x,y,flag,z\n1,2,3,0,5\n2,3,4,1,6\n7,8,9,1,10\n");
    unknown("time,offset,length\n0,4096,512\n1,8192,512\n");
    unknown("verdict    pass\nseed       7\nwrites     8 acknowledged\n");
    unknown([0; 4096]);
    unknown("a".repeat(200_000));
}

#[test]
fn random_bytes_are_no_trace() {
    let mut state: u64 = 88_172_645_463_325_252;
    for length in 1..600 {
        let byte = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        };
        let bytes: Vec<u8> = (0..length).map(byte).collect();
        // Some begin as compressed files do.
        let outcome = detected(&bytes);
        assert!(
            matches!(outcome, Err(TraceError::UnknownForm { .. } | TraceError::Compressed(_))),
            "{bytes:?}"
        );
    }
}

#[test]
fn what_is_compressed_is_not_guessed_at() {
    let error = detected([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]).expect_err("not read here");
    assert!(error.to_string().contains("zstd -dc FILE | mirrorsim trace -"), "{error}");
}

/// Found by generated files: a first time of 0x88138b1f seconds was taken for the magic of gzip.
#[test]
fn a_record_that_begins_as_gzip_does_is_a_record() {
    let record = |time: [u8; 4]| {
        [&time[..], &[0; 8], &1_u32.to_le_bytes(), &(-1_i64).to_le_bytes()].concat()
    };
    for time in [[0x1f, 0x8b, 0x13, 0x88], [0x1f, 0x8b, 8, 0x5e]] {
        assert_eq!(detected(record(time)).expect("a trace"), Form::OracleGeneral);
    }
}
