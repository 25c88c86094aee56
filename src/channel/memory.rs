//! A store in memory, for tests.

use std::convert::Infallible;

use super::store::Store;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {}

impl Store for MemoryStore {
    type Error = Infallible;
}
