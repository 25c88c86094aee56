//! A store in memory: the simplest that keeps the contract. For tests.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::events::EventRow;
use super::producer::{Known, Ticket};
use super::render::Join;
use super::store::{Chunk, Meta, Row, Segment, Span, Store, Tail, View};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStore {
    meta: Option<Meta>,
    segments: BTreeMap<u64, Vec<Row>>,
    producers: BTreeMap<String, (Known, u64)>,
}

impl Store for MemoryStore {
    type Error = Infallible;

    fn meta(&mut self) -> Result<Option<Meta>, Infallible> {
        Ok(self.meta.clone())
    }

    fn create(&mut self, meta: &Meta) -> Result<(), Infallible> {
        self.save(meta)
    }

    fn save(&mut self, meta: &Meta) -> Result<(), Infallible> {
        self.meta = Some(meta.clone());
        Ok(())
    }

    fn clear(&mut self, _: &Meta) -> Result<(), Infallible> {
        *self = Self::default();
        Ok(())
    }

    fn begin(&mut self, segment: Segment) -> Result<(), Infallible> {
        self.segments.insert(segment.start, Vec::new());
        Ok(())
    }

    fn drop(&mut self, segment: Segment) -> Result<(), Infallible> {
        self.segments.remove(&segment.start);
        Ok(())
    }

    fn insert(&mut self, segment: Segment, row: &Row) -> Result<(), Infallible> {
        self.segments.entry(segment.start).or_default().push(row.clone());
        Ok(())
    }

    fn tail(&mut self, segment: Segment) -> Result<Tail, Infallible> {
        let last = self.segments.get(&segment.start).and_then(|rows| rows.last());
        Ok(last.map_or_else(
            || Tail { ordinal: segment.start, bytes: segment.bytes, ..Tail::default() },
            Row::tail,
        ))
    }

    fn read(&mut self, span: Span, view: View) -> Result<Chunk, Infallible> {
        let rows = self.segments.get(&span.segment.start).map_or(&[][..], |rows| rows);
        let begin = rows.partition_point(|row| row.id <= span.from);
        let (before, rows) = rows.split_at_checked(begin).unwrap_or_default();
        let end = before.last().map_or(span.segment.bytes, |row| row.bytes) + span.bytes;
        let fit = rows
            .iter()
            .enumerate()
            .take_while(|(at, row)| *at == 0 && span.at_least_one || row.bytes <= end);
        let mut joined = Join::new(span, view);
        for (_, row) in fit {
            let (event, body) = (row.event.as_deref(), row.body.bytes());
            if !joined.add(EventRow { id: row.id, event, body }) {
                break;
            }
        }
        Ok(joined.chunk)
    }

    fn producer(&mut self, id: &str) -> Result<Option<Known>, Infallible> {
        Ok(self.producers.get(id).map(|(known, _)| *known))
    }

    fn remember(&mut self, ticket: &Ticket, now: u64) -> Result<(), Infallible> {
        let known = Known { epoch: ticket.epoch, seq: ticket.seq };
        self.producers.insert(ticket.id.clone(), (known, now));
        Ok(())
    }

    fn forget(&mut self, time: u64) -> Result<(), Infallible> {
        self.producers.retain(|_, (_, heard)| *heard >= time);
        Ok(())
    }
}
