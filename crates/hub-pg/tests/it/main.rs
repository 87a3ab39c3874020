//! The private server as its users meet it: real clusters under /tmp, real `psql`, real kills.

#![expect(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

mod adoption;
mod ground;
mod life;
