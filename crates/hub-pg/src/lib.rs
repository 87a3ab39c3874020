//! The private PostgreSQL: finds the binaries, starts, adopts, stops
