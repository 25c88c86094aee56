//! The arrows between the rooms of `src/` go one way, and are those that
//! `docs/architecture.md` lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../docs/architecture.md");

type Arrows = BTreeMap<String, BTreeSet<String>>;

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rooms that each room names: the first word after `crate::`, wherever it
/// stands, in a `use` or in the code.
fn arrows_of_the_code() -> Arrows {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut arrows = Arrows::new();
    for file in rust_files(&src) {
        let path = file.strip_prefix(&src).unwrap();
        let room = path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if room == "lib" {
            continue;
        }
        let named = arrows.entry(room.clone()).or_default();
        // The lint is for wasm32, which has no files; tests run where there are some.
        #[allow(clippy::disallowed_methods)]
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for after in line.split("crate::").skip(1) {
                let room_named = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                let other = after.split(room_named).next().unwrap();
                assert!(!other.is_empty(), "{path:?}: name each room by itself: {line}");
                if other != room {
                    named.insert(other.to_owned());
                }
            }
        }
    }
    arrows
}

/// The rows of the page's table: `| room | what it holds | what it may name |`.
fn arrows_of_the_page() -> Arrows {
    let rows = PAGE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
        let room = cells.next()?.trim_end_matches('`').strip_prefix("src/")?;
        let named = cells.nth(1)?.split(',').map(|name| name.trim().trim_matches('`').to_owned());
        let room = room.trim_end_matches('/').trim_end_matches(".rs").to_owned();
        Some((room, named.filter(|name| name != "nothing").collect()))
    });
    rows.collect()
}

#[test]
fn the_arrows_between_the_rooms_are_those_that_the_page_lists() {
    assert_eq!(
        arrows_of_the_code(),
        arrows_of_the_page(),
        "left: src/; right: the table in docs/architecture.md. Change the one that is wrong."
    );
}

#[test]
fn no_arrow_leads_back() {
    let mut arrows = arrows_of_the_page();
    assert!(arrows.len() > 5, "the table is read");
    while let Some(room) = arrows
        .iter()
        .find(|(_, named)| named.iter().all(|name| !arrows.contains_key(name)))
        .map(|(room, _)| room.clone())
    {
        arrows.remove(&room);
    }
    assert!(arrows.is_empty(), "these rooms name each other in a circle: {arrows:?}");
}

#[test]
fn nothing_names_the_platform() {
    for (room, named) in arrows_of_the_code() {
        assert!(!named.contains("platform"), "src/{room} names src/platform");
    }
}
