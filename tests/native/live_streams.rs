//! Which streams count as live, and for how long.

use std::collections::HashMap;

use edge_events::config::limits::{FORGET_AFTER_MS, WAKES_PER_MS};
use edge_events::session::registry::Registry;
use proptest::prelude::*;

fn insert(registry: &mut Registry<u32>, ends_at: u64, stream: u32) -> u32 {
    registry.insert(ends_at, |_| Ok::<_, ()>(stream)).unwrap().unwrap()
}

#[test]
fn a_stream_counts_until_it_leaves() {
    let mut registry = Registry::default();
    let (a, b) = (insert(&mut registry, 1_000, 1), insert(&mut registry, 1_000, 2));
    assert_eq!(registry.count(0), 2);
    assert_eq!(registry.remove(a), Some(1));
    assert_eq!(registry.remove(a), None);
    assert_eq!((registry.count(0), registry.get_mut(b)), (1, Some(&mut 2)));
}

#[test]
fn a_stream_that_never_leaves_counts_until_its_planned_end_and_is_forgotten() {
    let mut registry = Registry::default();
    let key = insert(&mut registry, 2_000, 1);
    assert_eq!(registry.count(2_000), 1);
    assert_eq!(registry.count(2_001), 0);
    registry.count(2_000 + FORGET_AFTER_MS);
    assert!(registry.get_mut(key).is_some(), "it may yet say goodbye");
    registry.count(2_001 + FORGET_AFTER_MS);
    assert!(registry.get_mut(key).is_none());
}

#[test]
fn what_is_held_is_never_less_than_what_is_live() {
    let mut registry = Registry::default();
    let first = insert(&mut registry, 1_000, 1);
    insert(&mut registry, 2_000, 2);
    assert_eq!((registry.held(), registry.count(0)), (2, 2));
    assert_eq!((registry.held(), registry.count(1_001)), (2, 1), "one is beyond its planned end");
    registry.remove(first);
    assert_eq!((registry.held(), registry.count(1_001)), (1, 1));
}

#[test]
fn a_stream_that_cannot_be_made_is_not_counted() {
    let mut registry = Registry::<()>::default();
    assert_eq!(registry.insert(1_000, |_| Err("no")), Err("no"));
    assert_eq!(registry.count(0), 0);
    assert_eq!(registry.held(), 0);
}

/// How many of the streams are woken in each millisecond.
fn wakes(registry: &Registry<u32>, keys: &[u32]) -> Vec<usize> {
    let mut wakes = vec![0; keys.len()];
    for key in keys {
        wakes[registry.stagger_ms(*key) as usize] += 1;
    }
    wakes.truncate(wakes.iter().rposition(|n| *n > 0).map_or(0, |last| last + 1));
    wakes
}

#[test]
fn streams_are_woken_a_few_in_each_millisecond() {
    let mut registry = Registry::default();
    let mut keys = Vec::new();
    for number in 1..=10 * WAKES_PER_MS {
        keys.push(insert(&mut registry, 1_000, 0));
        let wakes = wakes(&registry, &keys);
        assert_eq!(wakes.len(), number.div_ceil(WAKES_PER_MS));
        assert!(wakes.iter().all(|n| *n <= WAKES_PER_MS), "{number}: {wakes:?}");
    }
    // Those that stay are not late because others were there.
    for key in keys.drain(WAKES_PER_MS..) {
        registry.remove(key);
    }
    assert_eq!(wakes(&registry, &keys), [WAKES_PER_MS]);
}

proptest! {
    #[test]
    fn no_key_ever_finds_another_stream(
        actions in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 1..300),
    ) {
        let mut registry = Registry::default();
        let mut all = Vec::new();
        let mut live = HashMap::new();
        for (number, (leaves, which)) in (0..).zip(actions) {
            if leaves && !all.is_empty() {
                let key: u32 = *which.get(&all);
                prop_assert_eq!(registry.remove(key), live.remove(&key));
            } else {
                let key = insert(&mut registry, 1_000, number);
                prop_assert_eq!(live.insert(key, number), None);
                all.push(key);
            }
            prop_assert_eq!(registry.count(0), live.len());
            for key in &all {
                prop_assert_eq!(registry.get_mut(*key).copied(), live.get(key).copied());
            }
        }
    }
}
