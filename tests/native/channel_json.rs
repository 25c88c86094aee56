//! Bodies of JSON, held to what `serde_json` says of them.

use edge_events::channel::json::messages;
use proptest::prelude::*;
use serde_json::Value;

/// Holds what is read of a body to what `serde_json` says: it is taken just where
/// that takes it, and its messages mean the same. (To mean something a number must
/// be within the range of `f64`, and an escape must not be half of a character. JSON
/// has neither rule.)
fn is_read_as_serde_json_reads_it(body: &[u8]) -> Result<(), TestCaseError> {
    let text = String::from_utf8_lossy(body);
    let is_json = str::from_utf8(body)
        .is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    let read = messages(body);
    prop_assert_eq!(read.is_some(), is_json, "{}", text);
    let (Some(read), Ok(value)) = (read, serde_json::from_slice(body)) else { return Ok(()) };
    let expected = match value {
        Value::Array(values) => values,
        value => vec![value],
    };
    prop_assert_eq!(read.count, expected.len() as u64);
    if read.count == 0 {
        prop_assert_eq!(read.lines, "");
        return Ok(());
    }
    let lines = read.lines.split('\n').map(|line| serde_json::from_str::<Value>(line).unwrap());
    prop_assert_eq!(lines.collect::<Vec<_>>(), expected, "{}", text);
    Ok(())
}

#[test]
fn tokens_stay_as_they_were_published_and_the_space_between_them_goes() {
    for (body, lines, count) in [
        (
            " { \"a\" :\t1.0e5 , \"a\":-0,\n\"\\u00e9 \\\" x\" : [ ] } ",
            "{\"a\":1.0e5,\"a\":-0,\"\\u00e9 \\\" x\":[]}",
            1,
        ),
        ("[1 , [ 2,3 ] ,{ }]", "1\n[2,3]\n{}", 3),
        ("[[[1,2,3]]]", "[[1,2,3]]", 1),
        ("[ ]", "", 0),
        ("\r\n\"\"", "\"\"", 1),
        ("\"\\ud800\"", "\"\\ud800\"", 1),
        ("18446744073709551616123", "18446744073709551616123", 1),
        ("-1E+999", "-1E+999", 1),
    ] {
        let read = messages(body.as_bytes()).unwrap();
        assert_eq!((&*read.lines, read.count), (lines, count), "{body}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    for body in [
        "",
        " ",
        "[",
        "]",
        "{",
        "}",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1]2",
        "1,2",
        "{1:2}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "[}",
        "{]",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "01",
        "+1",
        "-",
        "1.",
        ".1",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "tru",
        "nulll",
        "True",
        "NaN",
        "'a'",
        "\u{feff}1",
        "[1]\u{a0}",
        "//1",
    ] {
        assert_eq!(messages(body.as_bytes()), None, "{body}");
    }
    assert_eq!(messages(b"\"\xff\""), None);
    assert_eq!(messages(b"\"\xed\xa0\x80\""), None, "a surrogate in UTF-8");
}

#[test]
fn depth_costs_no_stack() {
    let deep = |open: &str, close: &str, n| open.repeat(n) + close.repeat(n).as_str();
    let arrays = deep("[", "]", 1_000_000);
    assert_eq!(messages(arrays.as_bytes()).unwrap().lines.len(), 2 * 999_999);
    let objects = format!("{}1{}", "{\"a\":".repeat(300_000), "}".repeat(300_000));
    assert_eq!(messages(objects.as_bytes()).unwrap().lines, objects);
    assert_eq!(messages("[".repeat(8 << 20).as_bytes()), None);
    assert_eq!(messages("{\"a\":".repeat(1 << 20).as_bytes()), None);
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,3})?",
        "\"([a-z ,:\\[\\]{}]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9]{4}|ü){0,8}\"",
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), "[ \t\r\n]{0,2}").prop_map(
                |(values, space)| format!("[{space}{}{space}]", values.join(&format!(",{space}")))
            ),
            (prop::collection::vec(inner, 0..4), "[ \t\r\n]{0,2}").prop_map(|(values, space)| {
                let members: Vec<_> = values
                    .iter()
                    .enumerate()
                    .map(|(at, value)| format!("\"{at}\"{space}:{value}"))
                    .collect();
                format!("{{{}{space}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_json_is_taken_and_means_the_same(body in json()) {
        is_read_as_serde_json_reads_it(body.as_bytes())?;
    }

    #[test]
    fn what_is_damaged_is_taken_just_where_serde_json_takes_it(
        body in json(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![prop::sample::select(b"[]{},:\"\\0-.eE \n\x00".to_vec()), any::<u8>()],
        how in 0..3,
    ) {
        let mut body = body.into_bytes();
        let at = at.index(body.len());
        match how {
            0 => body[at] = byte,
            1 => body.insert(at, byte),
            _ => drop(body.remove(at)),
        }
        is_read_as_serde_json_reads_it(&body)?;
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        is_read_as_serde_json_reads_it(&body)?;
    }
}
