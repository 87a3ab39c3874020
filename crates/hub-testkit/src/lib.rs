//! A hub with its own database and emulator, for tests
