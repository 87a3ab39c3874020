//! A stateful imitation of the iiko Cloud API
