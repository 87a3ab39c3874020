//! The client through its door: against a server that says what a test wants it to say.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

mod calls;
mod emulator;
mod exchanges;
mod login;
mod redaction;
mod repeats;
mod server;
