//! Which file of the site a path means, and what is sent with it: what Static
//! Assets do by themselves with `html_handling = "auto-trailing-slash"` and
//! `not_found_handling = "404-page"`, for Workers Sites, which do none of it.

pub mod etag;
pub mod headers;
pub mod media_types;
pub mod target;
