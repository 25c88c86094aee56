//! Which file of the site a path means, and which headers are sent with it.
//!
//! Static Assets do this by themselves (`html_handling = "auto-trailing-slash"`,
//! `not_found_handling = "404-page"`). Workers Sites do none of it, so here the
//! Worker does the same for them.

pub mod etag;
pub mod headers;
pub mod media_types;
pub mod target;
