//! Pages of the hub
