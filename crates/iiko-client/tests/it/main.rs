//! The client through its door: against a server that says what a test wants it to say.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

mod budget;
mod calls;
mod certificates;
mod emulator;
mod exchanges;
mod login;
mod methods;
mod office;
mod price_orders;
mod raw;
mod redaction;
mod redirects;
mod repeats;
mod sent_once;
mod server;
mod streams;
mod threads;
mod wait;
