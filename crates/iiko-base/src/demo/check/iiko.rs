//! What iiko itself says, asked without our client.

use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::Context;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// All prices of every product that is not a modifier, by organization and product.
pub(crate) type Prices = BTreeMap<(String, String), Vec<Decimal>>;

#[derive(Deserialize)]
struct Login {
    token: String,
}

#[derive(Deserialize)]
struct Organizations {
    organizations: Vec<Organization>,
}

#[derive(Deserialize)]
struct Organization {
    id: String,
}

#[derive(Deserialize)]
struct Nomenclature {
    products: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    id: String,
    #[serde(rename = "type")]
    product_type: Option<String>,
    #[serde(default)]
    size_prices: Vec<SizePrice>,
    is_deleted: Option<bool>,
}

#[derive(Deserialize)]
struct SizePrice {
    price: Price,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    current_price: Box<RawValue>,
}

/// Asks the iiko at `url` for the prices of all its organizations.
pub(crate) async fn load_prices(http: &reqwest::Client, url: &str) -> anyhow::Result<Prices> {
    let ask = async |path: &str, token: Option<&str>, body: Value| -> anyhow::Result<String> {
        let mut request = http
            .post(format!("{}{path}", url.trim_end_matches('/')))
            .json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Ok(request.send().await?.error_for_status()?.text().await?)
    };
    let login: Login =
        read(&ask("/api/1/access_token", None, json!({ "apiLogin": "demo" })).await?)?;
    let token = Some(login.token.as_str());
    let organizations: Organizations = read(&ask("/api/1/organizations", token, json!({})).await?)?;
    let mut prices = Prices::new();
    for organization in organizations.organizations {
        let body = json!({ "organizationId": organization.id });
        let nomenclature: Nomenclature = read(&ask("/api/1/nomenclature", token, body).await?)?;
        for product in nomenclature.products {
            let is_modifier = product
                .product_type
                .is_some_and(|word| word.eq_ignore_ascii_case("modifier"));
            if is_modifier || product.is_deleted == Some(true) {
                continue;
            }
            let key = (organization.id.to_lowercase(), product.id.to_lowercase());
            let of_product = prices.entry(key).or_default();
            for size_price in product.size_prices {
                let text = size_price.price.current_price.get();
                of_product.push(
                    Decimal::from_str(text).with_context(|| format!("iiko's price `{text}`"))?,
                );
            }
        }
    }
    Ok(prices)
}

fn read<T: DeserializeOwned>(text: &str) -> anyhow::Result<T> {
    serde_json::from_str(text)
        .with_context(|| format!("iiko answers {}", &text[..text.floor_char_boundary(200)]))
}
