//! What a request asks for, and refusals: RFC 9110 and RFC 9457.

pub mod accept;
pub mod cors;
pub mod problem;
pub mod query;
pub mod route;
