//! What the types promise to those who use them: nothing is lost on the way, nothing new breaks the reading.

mod conformance;
mod decode;
mod recorded;
mod table;
mod tree;
