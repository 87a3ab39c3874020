//! Client of the iiko Cloud API
