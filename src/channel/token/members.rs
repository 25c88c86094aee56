//! A JSON object as its members, none of which stands there twice.
//!
//! What a name that stands twice means is left open by RFC 8259, and the readers
//! of this world differ: a token could say one thing to whoever checks it on its
//! way, and another thing to us.

use crate::channel::json;

/// Members that an object may have: a token's have a handful.
const MAX_MEMBERS: usize = 32;

/// Hands over the members of an object, in order: names as they read, values as
/// written. `None` for what is not one JSON object, for one with a name that
/// stands twice, however it is written, for one with too many members, and where
/// `member` says so.
pub fn each_member(json: &[u8], member: &mut dyn FnMut(&str, &str) -> Option<()>) -> Option<()> {
    // An array of one object would be one message too, of the same text.
    if !json.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let object = json::messages(json)?.lines;
    let mut names: Vec<String> = Vec::new();
    for one in Elements::of(&object) {
        let (name, value) = split(one, b':');
        let name = text(name)?;
        if names.len() == MAX_MEMBERS || names.contains(&name) {
            return None;
        }
        member(&name, value)?;
        names.push(name);
    }
    Some(())
}

/// The elements of an array, or members of an object, that is valid JSON without
/// space between its tokens.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    rest: &'a str,
}

impl<'a> Elements<'a> {
    pub fn of(list: &'a str) -> Self {
        Self { rest: list.get(1..list.len().saturating_sub(1)).unwrap_or_default() }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let (first, after) = split(self.rest, b',');
        self.rest = after;
        (!first.is_empty()).then_some(first)
    }
}

/// What comes before a separator that is in no string and in no bracket, and what
/// comes after it.
#[inline(never)]
fn split(text: &str, separator: u8) -> (&str, &str) {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && byte == separator => {
                return (
                    text.get(..at).unwrap_or_default(),
                    text.get(at + 1..).unwrap_or_default(),
                );
            }
            _ => {}
        }
    }
    (text, "")
}

/// What a JSON string reads as; `None` for another value, and for half of a
/// surrogate pair, which is no character.
pub fn text(json: &str) -> Option<String> {
    let mut rest = json.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut text = Vec::with_capacity(json.len());
    // The first half of a pair, whose second half must come next.
    let mut half = None;
    while let Some(byte) = rest.next() {
        let escape = if byte == b'\\' { rest.next() } else { None };
        let char = match (half.take(), escape) {
            (first, Some(b'u')) => match (first, code_unit(&mut rest)?) {
                (None, unit @ 0xd800..0xdc00) => {
                    half = Some(unit);
                    continue;
                }
                (None, unit) => unit,
                (Some(first), unit @ 0xdc00..0xe000) => {
                    0x1_0000 + (first << 10) + unit - 0x360_dc00
                }
                (Some(_), _) => return None,
            },
            (Some(_), _) => return None,
            (None, None) => {
                text.push(byte);
                continue;
            }
            (None, Some(b'b')) => 8,
            (None, Some(b'f')) => 12,
            (None, Some(b'n')) => 10,
            (None, Some(b'r')) => 13,
            (None, Some(b't')) => 9,
            (None, Some(itself)) => itself.into(),
        };
        text.extend_from_slice(char::from_u32(char)?.encode_utf8(&mut [0; 4]).as_bytes());
    }
    String::from_utf8(text).ok().filter(|_| half.is_none())
}

/// The four hexadecimal digits behind `\u`.
fn code_unit(digits: &mut std::str::Bytes<'_>) -> Option<u32> {
    let mut unit = 0;
    for _ in 0..4 {
        unit = unit << 4 | char::from(digits.next()?).to_digit(16)?;
    }
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::{Elements, each_member, text};
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    fn members(json: &str) -> Option<Vec<(String, String)>> {
        let mut members = Vec::new();
        each_member(json.as_bytes(), &mut |name, value| {
            members.push((name.to_owned(), value.to_owned()));
            Some(())
        })?;
        Some(members)
    }

    fn names(json: &str) -> Option<Vec<String>> {
        Some(members(json)?.into_iter().map(|(name, _)| name).collect())
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_object_is_what_another_parser_reads(
            map in prop::collection::btree_map(any::<String>(), any_value(), 0..12), pretty: bool,
        ) {
            let map: Map<String, Value> = map.into_iter().collect();
            let json = if pretty {
                serde_json::to_string_pretty(&map).unwrap()
            } else {
                serde_json::to_string(&map).unwrap()
            };
            let read: Map<String, Value> = members(&json).unwrap().into_iter()
                .map(|(name, value)| (name, serde_json::from_str(&value).unwrap()))
                .collect();
            prop_assert_eq!(read, map);
        }

        #[test]
        fn an_array_is_what_another_parser_reads(array in prop::collection::vec(any_value(), 0..9)) {
            let json = serde_json::to_string(&array).unwrap();
            let read: Vec<Value> =
                Elements::of(&json).map(|value| serde_json::from_str(value).unwrap()).collect();
            prop_assert_eq!(read, array);
        }

        #[test]
        fn a_string_reads_the_same_however_it_is_escaped(original: String, mask: u64) {
            let escaped: String = original.chars().enumerate().map(|(at, char)| {
                if mask >> (at % 64) & 1 == 1 || char < ' ' || "\"\\".contains(char) {
                    char.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect()
                } else {
                    char.to_string()
                }
            }).collect();
            let json = format!("\"{escaped}\"");
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), original.clone());
            prop_assert_eq!(text(&json).unwrap(), original);
        }

        #[test]
        fn nothing_that_is_no_object_is_read(json in r#"[\[\]{}",:a1 \\]{0,24}"#) {
            let is_object = serde_json::from_str::<Map<String, Value>>(&json).is_ok();
            prop_assert!(is_object || members(&json).is_none());
        }
    }

    #[test]
    fn no_name_may_stand_twice_however_it_is_written() {
        assert_eq!(names(r#"{"exp":1,"nbf":2}"#), Some(vec!["exp".into(), "nbf".into()]));
        assert_eq!(names(r#"{"exp":1,"exp":1}"#), None);
        assert_eq!(names(r#"{"exp":1,"\u0065xp":1}"#), None);
        assert_eq!(names(r#"{"exp":1,"a":{"exp":1}}"#).map(|names| names.len()), Some(2));
        assert_eq!(names("{}"), Some(vec![]));
    }

    #[test]
    fn only_an_object_will_do() {
        for json in
            ["", "[]", "[{}]", " [{}]", "1", "\"{}\"", "{}{}", "{}\n{}", "{\"a\":1,}", "{a:1}"]
        {
            assert!(members(json).is_none(), "{json}");
        }
        let many = |count: usize| {
            let each: Vec<_> = (0..count).map(|at| format!("\"{at}\":0")).collect();
            members(&format!("{{{}}}", each.join(","))).is_some()
        };
        assert!(many(32) && !many(33));
    }

    #[test]
    fn half_of_a_pair_is_no_text() {
        for json in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00\ud83d""#, r#""\ud83d\u0041""#] {
            assert_eq!(text(json), None, "{json}");
        }
        assert_eq!(text(r#""\ud83d\ude00""#).unwrap(), "\u{1f600}");
    }
}
