//! What every handler uses of the runtime.

pub mod body;
pub mod instance;
pub mod request;
pub mod respond;
pub mod runtime;
pub mod streams;
