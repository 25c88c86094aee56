//! What the objects of this isolate have learned of their channels: in the memory
//! of Rust, so that a turn need not ask the database again. It is nothing that could
//! not be asked: an instance that is lost in a panic loses it, and so does an object
//! whose place another one takes.

use std::cell::Cell;

use crate::channel::sqlite::Learned;

/// How many objects are remembered, some hundred bytes for each.
const OBJECTS: u32 = 256;

thread_local! {
    static LEARNED: Cell<Vec<(u32, Learned)>> = const { Cell::new(Vec::new()) };
}

/// What an object has learned. Until [`keep`] it is as if it had learned nothing:
/// what a turn that fails had in hand may not be true any more.
pub fn take(object: u32) -> Learned {
    exchange(object, Learned::default())
}

/// Keeps what an object has learned.
pub fn keep(object: u32, learned: Learned) {
    exchange(object, learned);
}

fn exchange(object: u32, learned: Learned) -> Learned {
    let mut all = LEARNED.take();
    if all.is_empty() {
        all.resize_with(OBJECTS as usize, Default::default);
    }
    let place = all.get_mut((object % OBJECTS) as usize);
    let before = place.map(|place| std::mem::replace(place, (object, learned)));
    LEARNED.set(all);
    before.filter(|(one, _)| *one == object).map(|(_, learned)| learned).unwrap_or_default()
}
