//! Links what `src/platform` exports, and nothing else.

extern crate edge_events as _;
