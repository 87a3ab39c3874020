//! What the demo prints: where it is, who may come in, and lines to paste that work as they stand.

use std::fmt;
use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};

/// Addresses and secrets of a running demo.
#[derive(Clone, Debug)]
pub struct Card {
    pub address: SocketAddr,
    pub emulator_url: String,
    pub username: String,
    pub password: SecretString,
    pub token: SecretString,
    pub setting_id: i32,
    pub database_url: SecretString,
}

impl Card {
    /// The address as the guide writes it, with `localhost` where the server can be reached so.
    pub fn base_url(&self) -> String {
        let ip = self.address.ip();
        let port = self.address.port();
        if ip.is_loopback() || ip.is_unspecified() {
            format!("http://localhost:{port}")
        } else {
            format!("http://{}", self.address)
        }
    }

    /// A line of the guide's cron example, joined into one, as a crontab wants it.
    pub fn sync_line(&self, kind: &str) -> String {
        format!(
            "curl -X POST {}/api/v1/sync/{kind} -H \"Authorization: Bearer {}\" \
             -H \"Content-Type: application/json\" -d '{{\"setting_id\": {}}}'",
            self.base_url(),
            self.token.expose_secret(),
            self.setting_id
        )
    }

    /// A line that reads.
    pub fn products_line(&self) -> String {
        format!(
            "curl \"{}/api/v1/data/products?limit=5\" -H \"Authorization: Bearer {}\"",
            self.base_url(),
            self.token.expose_secret()
        )
    }

    /// A line that opens a shell in the database.
    pub fn psql_line(&self) -> String {
        format!("psql \"{}\"", self.database_url.expose_secret())
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = self.base_url();
        writeln!(f, "\niiko-base is ready\n")?;
        writeln!(f, "  address    {base_url}")?;
        writeln!(f, "  API        {base_url}/api/v1/docs")?;
        writeln!(f, "  login      {}", self.username)?;
        writeln!(f, "  password   {}", self.password.expose_secret())?;
        writeln!(f, "  API token  {}", self.token.expose_secret())?;
        writeln!(
            f,
            "  emulator   {} (apiLogin demo, page at /_emulator/)",
            self.emulator_url
        )?;
        writeln!(f, "\nRefresh the stop lists and the menu, as cron would:\n")?;
        writeln!(f, "{}", self.sync_line("stoplist"))?;
        writeln!(f, "{}", self.sync_line("menu"))?;
        writeln!(f, "\nRead the products:\n")?;
        writeln!(f, "{}", self.products_line())?;
        writeln!(f, "\nOpen the database:\n")?;
        write!(f, "{}", self.psql_line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cron_lines_are_the_guides_with_real_values() {
        let card = Card {
            address: SocketAddr::from(([127, 0, 0, 1], 8000)),
            emulator_url: String::new(),
            username: String::new(),
            password: SecretString::from(""),
            token: SecretString::from("token"),
            setting_id: 1,
            database_url: SecretString::from("postgres://x"),
        };
        assert_eq!(
            card.sync_line("stoplist"),
            "curl -X POST http://localhost:8000/api/v1/sync/stoplist -H \"Authorization: Bearer token\" \
             -H \"Content-Type: application/json\" -d '{\"setting_id\": 1}'"
        );
        assert_eq!(card.psql_line(), "psql \"postgres://x\"");
    }
}
