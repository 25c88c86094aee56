//! The checker is worth what it refuses: each wrong history differs from a right
//! one in a single answer.

use edge_events_history_checker::{Malformed, is_linearizable};

/// Makes the recording of `(client, what)`, where `what` is the JSON of one event.
fn recording(events: &[(u64, &str)]) -> String {
    events.iter().map(|(client, what)| format!("{{\"client\":{client},{what}}}\n")).collect()
}

fn judge(events: &[(u64, &str)]) -> bool {
    is_linearizable(&recording(events)).expect("a recording")
}

const A: &str = r#""asks":{"append":["a"]}"#;
const B: &str = r#""asks":{"append":["b"]}"#;
const READ: &str = r#""asks":{"read":0}"#;
const ONE: &str = r#""hears":{"appended":1}"#;
const TWO: &str = r#""hears":{"appended":2}"#;
const REPEATED: &str = r#""hears":{"appended":null}"#;
const SEES_NOTHING: &str = r#""hears":{"read":{"messages":[],"all":true}}"#;
const SEES_A: &str = r#""hears":{"read":{"messages":["a"],"all":true}}"#;
const SEES_B: &str = r#""hears":{"read":{"messages":["b"],"all":true}}"#;
const SEES_AA: &str = r#""hears":{"read":{"messages":["a","a"],"all":true}}"#;
const SEES_AB: &str = r#""hears":{"read":{"messages":["a","b"],"all":true}}"#;
const SEES_BA: &str = r#""hears":{"read":{"messages":["b","a"],"all":true}}"#;
const GOT_A: &str = r#""hears":{"read":{"messages":["a"],"all":false}}"#;
const GOT_B: &str = r#""hears":{"read":{"messages":["b"],"all":false}}"#;
const CLOSE: &str = r#""asks":"close""#;
const CLOSED: &str = r#""hears":"closed""#;

#[test]
fn what_follows_one_another_is_seen_in_that_order() {
    assert!(judge(&[(1, A), (1, ONE), (2, B), (2, TWO), (3, READ), (3, SEES_AB)]));
    assert!(!judge(&[(1, A), (1, ONE), (2, B), (2, TWO), (3, READ), (3, SEES_BA)]));
}

#[test]
fn what_overlaps_has_either_order_but_the_same_for_all() {
    let overlapping = [(1, A), (2, B), (1, REPEATED), (2, REPEATED)];
    let seen = |first, second| {
        judge(&[overlapping.as_slice(), &[(3, READ), (3, first), (4, READ), (4, second)]].concat())
    };
    assert!(seen(SEES_AB, SEES_AB));
    assert!(seen(SEES_BA, SEES_BA));
    assert!(!seen(SEES_AB, SEES_BA));
}

#[test]
fn an_acknowledged_message_is_never_missing() {
    assert!(!judge(&[(1, A), (1, ONE), (2, READ), (2, SEES_NOTHING)]));
    assert!(!judge(&[(1, A), (1, ONE), (2, B), (2, TWO), (3, READ), (3, SEES_B)]));
}

#[test]
fn a_repeat_is_there_once() {
    assert!(judge(&[(1, A), (1, REPEATED), (2, READ), (2, SEES_A)]));
    assert!(!judge(&[(1, A), (1, REPEATED), (2, READ), (2, SEES_AA)]));
}

#[test]
fn an_unknown_outcome_may_be_either_and_then_stays() {
    assert!(judge(&[(1, A), (2, READ), (2, SEES_NOTHING)]));
    assert!(judge(&[(1, A), (2, READ), (2, SEES_A)]));
    assert!(judge(&[(1, A), (2, READ), (2, SEES_NOTHING), (2, READ), (2, SEES_A)]));
    assert!(!judge(&[(1, A), (2, READ), (2, SEES_A), (2, READ), (2, SEES_NOTHING)]));
}

#[test]
fn a_message_that_nobody_sent_is_refused() {
    assert!(!judge(&[(1, A), (1, ONE), (2, READ), (2, SEES_AB)]));
}

#[test]
fn a_follower_may_be_behind_but_skips_nothing() {
    let both = [(1, A), (1, ONE), (1, B), (1, TWO)];
    assert!(judge(&[both.as_slice(), &[(2, READ), (2, GOT_A)]].concat()));
    assert!(!judge(&[both.as_slice(), &[(2, READ), (2, GOT_B)]].concat()));
}

#[test]
fn two_appends_never_get_one_place() {
    assert!(!judge(&[(1, A), (2, B), (1, ONE), (2, ONE)]));
}

#[test]
fn nothing_is_appended_to_a_closed_log() {
    assert!(judge(&[(1, CLOSE), (1, CLOSED), (2, A), (2, CLOSED), (3, READ), (3, SEES_NOTHING)]));
    assert!(!judge(&[(1, CLOSE), (1, CLOSED), (2, A), (2, ONE)]));
    assert!(!judge(&[(2, A), (2, CLOSED)]));
}

/// The search must not try all orders of what many clients do at once.
#[test]
fn a_long_history_is_judged_too() {
    let mut events = String::new();
    let mut seen = Vec::new();
    for round in 0..30 {
        for client in 1000..1004 {
            let message = format!("{client}/{round}");
            events += &recording(&[(
                client + 10 * round,
                &format!(r#""asks":{{"append":["{message}"]}}"#),
            )]);
            seen.push(message);
        }
        for client in 1..4 {
            events += &recording(&[(client, &format!(r#""asks":{{"read":{}}}"#, 4 * round))]);
        }
        let last: Vec<_> = seen.iter().skip(4 * usize::try_from(round).expect("small")).collect();
        let read = serde_json::json!({ "read": { "messages": last, "all": true } });
        for client in 1..4 {
            events += &recording(&[(client, &format!(r#""hears":{read}"#))]);
        }
        // One in four is never answered.
        for client in 1001..1004 {
            events += &recording(&[(client + 10 * round, r#""hears":{"appended":null}"#)]);
        }
    }
    assert_eq!(is_linearizable(&events), Ok(true));
}

#[test]
fn what_is_no_recording_is_named_by_its_line() {
    let answer_to_nothing = is_linearizable(&recording(&[(1, A), (1, ONE), (1, ONE)]));
    assert!(matches!(answer_to_nothing, Err(Malformed { line: 3, .. })), "{answer_to_nothing:?}");
    assert!(matches!(is_linearizable("{}\n"), Err(Malformed { line: 1, .. })));
    assert!(matches!(is_linearizable("{\"client\":1}"), Err(Malformed { line: 1, .. })));
}
