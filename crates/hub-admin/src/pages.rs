//! A file for each page.

pub(crate) mod home;
