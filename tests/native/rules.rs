//! The kinds of variables that `config/variables.rs` may declare.

use edge_events::config::rules::{Number, Rule as _, Secret, Text};
use edge_events::config::{Given, read};

fn text(text: &str) -> Given {
    Given::Text(text.to_owned())
}

#[test]
fn a_number_may_have_64_bits() {
    let rule = Number::<u64> { default: 67_108_864, min: 65_536, max: 8_589_934_592 };
    assert!(rule.is_sound());
    assert_eq!(read("BYTES", &rule, None), Ok(67_108_864));
    assert_eq!(read("BYTES", &rule, Some(text("8589934592"))), Ok(8_589_934_592));
    assert!(read("BYTES", &rule, Some(text("8589934593"))).is_err());
    // What does not fit into 32 bits is refused, not cut.
    let rule = Number::<u32> { default: 1, min: 1, max: u32::MAX };
    assert!(read("COUNT", &rule, Some(text("4294967296"))).is_err());
}

#[test]
fn a_text_may_have_a_grammar_of_its_own() {
    fn parse(text: &str) -> Result<Vec<String>, &str> {
        let names = text.split(',');
        names.map(|name| if name.is_empty() { Err(name) } else { Ok(name.to_owned()) }).collect()
    }
    let rule = Text { default: "a,b", parse, allowed: "names separated by commas" };
    assert_eq!(read("LIST", &rule, None), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(read("LIST", &rule, Some(text("c"))), Ok(vec!["c".to_owned()]));
    let error = read("LIST", &rule, Some(text("c,,d"))).unwrap_err();
    let message =
        "LIST is \"c,,d\"; \"\" in it cannot be used; allowed is names separated by commas";
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_secret_is_never_shown() {
    let rule = Secret { min_chars: 32 };
    assert_eq!(read("KEY", &rule, None), Ok(None));
    // 32 characters of two bytes each.
    let long = "é".repeat(32);
    let secret = read("KEY", &rule, Some(text(&long))).unwrap().unwrap();
    assert_eq!(secret.reveal(), long);
    assert_eq!(format!("{secret:?}"), "(a secret)");

    for short in ["", &"é".repeat(31)] {
        for given in [text(short), Given::Structure(format!("[{short:?}]"))] {
            let error = read("KEY", &rule, Some(given)).unwrap_err();
            assert_eq!(
                error.to_string(),
                "KEY is a secret and not shown; allowed is a text of at least 32 characters"
            );
            assert_eq!(error.without_value(), "KEY: a text of at least 32 characters is allowed");
            assert!(!format!("{error:?}").contains('é'));
        }
    }
    assert_eq!(rule.default(), None);
}
