//! REST of the hub and its OpenAPI document
