//! What stands in two places is the same in both: the variables and formats of
//! the code, the configuration as delivered, and the documentation.

use edge_events::clock::Format;
use edge_events::config::variables::{self, NAMES};
use edge_events::config::{Config, Given};

const WRANGLER: &str = include_str!("../../wrangler.toml");
const WRANGLER_SITES: &str = include_str!("../../wrangler.sites.toml");
const PAGES: [(&str, &str); 2] = [
    ("README.md", include_str!("../../README.md")),
    ("docs/contract.md", include_str!("../../docs/contract.md")),
];
const PAGE: &str = include_str!("../../public/index.html");

/// `[vars]`, as wrangler would give them to the Worker. Values over several
/// lines are not read.
fn vars_of(toml: &str) -> Vec<(String, Given)> {
    let vars = toml.split("\n[vars]\n").nth(1).expect("a section [vars]");
    let lines = vars.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().trim_matches('"').to_owned(), value_of(value.trim())))
        .collect()
}

fn value_of(toml: &str) -> Given {
    if let Some(rest) = toml.strip_prefix('"') {
        return Given::Text(rest.split('"').next().unwrap().to_owned());
    }
    let value = toml.split('#').next().unwrap().trim();
    if value.starts_with(['[', '{']) {
        return Given::Structure(value.to_owned());
    }
    Given::Text(value.replace('_', ""))
}

#[test]
fn the_file_of_variables_is_read_as_wrangler_reads_it() {
    let toml =
        "name = \"x\"\n[vars]\n# A = 1\nA = \"1\" # a\nB = 1_000\nC = true\nD = [1]\n[x]\nE = 1";
    let text = |text: &str| Given::Text(text.to_owned());
    let expected = [
        ("A".to_owned(), text("1")),
        ("B".to_owned(), text("1000")),
        ("C".to_owned(), text("true")),
        ("D".to_owned(), Given::Structure("[1]".to_owned())),
    ];
    assert_eq!(vars_of(toml), expected);
}

/// The values are the user's. What is delivered is in `config/variables.rs`.
#[test]
fn the_variables_that_the_configuration_sets_can_be_used() {
    for (file, toml) in [("wrangler.toml", WRANGLER), ("wrangler.sites.toml", WRANGLER_SITES)] {
        let vars = vars_of(toml);
        let names: Vec<_> = vars.iter().map(|(name, _)| name.clone()).collect();
        let lookup = |asked: &str| {
            vars.iter().find(|(name, _)| name == asked).map(|(_, given)| given.clone())
        };
        if let Err(problems) = Config::check(&names, &lookup) {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            panic!("correct [vars] in {file}:\n  {}", problems.join("\n  "));
        }
    }
}

#[test]
fn wrangler_toml_names_every_variable() {
    let vars = vars_of(WRANGLER);
    for row in variables::table() {
        let Some(default) = row.default else { continue }; // a secret has no place in a file
        assert!(
            vars.iter().any(|(name, _)| name == row.name),
            "add {} = {default:?} to [vars] in wrangler.toml, with a comment that says what it does",
            row.name
        );
    }
}

#[test]
fn the_pages_list_every_variable_with_its_default_and_range() {
    for row in variables::table() {
        let name = row.name;
        let begin = match (&row.default, row.range) {
            (Some(default), Some((min, max))) => {
                format!("| `{name}` | {default} | {min} to {max} |")
            }
            _ => format!("| `{name}` | "),
        };
        for (file, page) in PAGES {
            assert!(
                page.lines().any(|line| line.starts_with(&begin)),
                "the table of the variables in {file} wants a row \"{begin} ...\": add it, or \
                 correct the one that is there ({name} may be {})",
                row.allowed
            );
        }
    }
}

/// A name that has gone from the code is not left in the documentation.
#[test]
fn the_pages_list_no_variable_that_is_not_there() {
    for (file, page) in PAGES {
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let names = rows.map(|(name, _)| name).filter(|name| {
            name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        });
        for name in names {
            assert!(
                NAMES.contains(&name),
                "remove the row of {name} from {file}: it is no variable"
            );
        }
    }
}

#[test]
fn the_readme_and_the_page_offer_every_format() {
    let names = Format::ALL.map(|(name, _)| format!("`{name}`")).join(", ");
    assert!(
        PAGES[0].1.contains(&format!("| `format` | {names} |")),
        "in the table of parameters in README.md write \"| `format` | {names} |\""
    );
    for (name, _) in Format::ALL {
        assert!(
            PAGE.contains(&format!("name=\"format\" value=\"{name}\"")),
            "add a choice to public/index.html: <input type=\"radio\" name=\"format\" value=\"{name}\">"
        );
    }
}

#[test]
fn the_documented_source_is_the_one_that_is_tested() {
    let code = include_str!("countdown.rs").replace("edge_events::", "crate::");
    assert!(include_str!("../../docs/sources.md").contains(&format!("```rust\n{code}```")));
}
