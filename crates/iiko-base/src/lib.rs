//! iiko-base: configuration, wiring and subcommands
