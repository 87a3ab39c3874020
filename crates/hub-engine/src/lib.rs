//! What the hub does: connections, sync, stop lists, references
