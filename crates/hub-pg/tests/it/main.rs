//! The private server as its users meet it: real clusters under /tmp, real `psql`, real kills.

mod adoption;
mod ground;
mod life;
