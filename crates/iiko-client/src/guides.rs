//! The guides, compiled as tests so that they do not grow old.

macro_rules! guides {
    ($($name:ident = $path:literal,)*) => {
        $(#[doc = include_str!(concat!("../../../docs/sdk/", $path))] mod $name {})*
    };
}

guides! {
    login = "login.md",
    errors = "errors.md",
    retries = "retries.md",
    sending_an_order = "sending-an-order.md",
    webhooks = "webhooks.md",
    prices = "prices.md",
    from_pyiikocloudapi = "from-pyiikocloudapi.md",
}
