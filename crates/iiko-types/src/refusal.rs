//! The body of an answer that says no.

crate::object::object! {
    /// What iiko says when it refuses a call. The published contract does not describe it; every property may be absent.
    #[derive(Default)]
    pub struct Refusal {
        pub correlation_id: Option<String> = "correlationId",
        pub error: Option<String> = "error",
        pub error_description: Option<String> = "errorDescription",
        pub message: Option<String> = "message",
    }
}
