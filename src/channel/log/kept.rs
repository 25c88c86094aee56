//! A store whose errors are kept until the turn ends.
//!
//! What decides need not carry an error that it can do nothing about, nor be
//! compiled for each kind of store: [`Failed`] says that there is one.

use crate::channel::producer::{Known, Ticket};
use crate::channel::store::{Chunk, Meta, Row, Segment, Span, Store, Tail, View};

/// The store failed, and the turn is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

/// See the module.
pub struct Kept<'a, S: Store> {
    store: &'a mut S,
    /// Why it failed, if it did.
    pub why: Option<S::Error>,
}

impl<'a, S: Store> Kept<'a, S> {
    /// A store that has not failed yet.
    pub fn new(store: &'a mut S) -> Self {
        Self { store, why: None }
    }

    fn keep<T>(&mut self, done: Result<T, S::Error>) -> Result<T, Failed> {
        done.map_err(|why| {
            self.why = Some(why);
            Failed
        })
    }
}

impl<S: Store> Store for Kept<'_, S> {
    type Error = Failed;

    fn meta(&mut self) -> Result<Option<Meta>, Failed> {
        let done = self.store.meta();
        self.keep(done)
    }

    fn create(&mut self, meta: &Meta) -> Result<(), Failed> {
        let done = self.store.create(meta);
        self.keep(done)
    }

    fn save(&mut self, meta: &Meta) -> Result<(), Failed> {
        let done = self.store.save(meta);
        self.keep(done)
    }

    fn clear(&mut self, meta: &Meta) -> Result<(), Failed> {
        let done = self.store.clear(meta);
        self.keep(done)
    }

    fn begin(&mut self, segment: Segment) -> Result<(), Failed> {
        let done = self.store.begin(segment);
        self.keep(done)
    }

    fn drop(&mut self, segment: Segment) -> Result<(), Failed> {
        let done = self.store.drop(segment);
        self.keep(done)
    }

    fn insert(&mut self, segment: Segment, row: &Row) -> Result<(), Failed> {
        let done = self.store.insert(segment, row);
        self.keep(done)
    }

    fn tail(&mut self, segment: Segment) -> Result<Tail, Failed> {
        let done = self.store.tail(segment);
        self.keep(done)
    }

    fn read(&mut self, span: Span, view: View) -> Result<Chunk, Failed> {
        let done = self.store.read(span, view);
        self.keep(done)
    }

    fn producer(&mut self, id: &str) -> Result<Option<Known>, Failed> {
        let done = self.store.producer(id);
        self.keep(done)
    }

    fn remember(&mut self, ticket: &Ticket, now: u64) -> Result<(), Failed> {
        let done = self.store.remember(ticket, now);
        self.keep(done)
    }

    fn forget(&mut self, time: u64) -> Result<(), Failed> {
        let done = self.store.forget(time);
        self.keep(done)
    }
}
