//! An invented menu, in iiko's words, of any size: the same seed gives the same bytes.
//!
//! Its proportions are those of a real export: a quarter of the products are modifiers, about seven of them in a group;
//! pizzas have sizes and many groups, most dishes none; a product weighs from 1 KB to 27 KB, 2.4 KB on average.

use serde::Serialize;
use serde_json::Number;

use crate::chance::Chance;
use crate::words;

mod invention;

/// Products of a share this small (1 of 33) stand on a stop list.
const STOP_SHARE: usize = 33;

/// The answer of `POST /api/1/nomenclature`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Menu {
    #[serde(skip)]
    pub(crate) organization_id: String,
    #[serde(skip)]
    pub(crate) terminal_group_ids: [String; 2],
    correlation_id: String,
    groups: Vec<Group>,
    product_categories: Vec<ProductCategory>,
    products: Vec<Product>,
    sizes: Vec<Size>,
    revision: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    image_links: Vec<String>,
    parent_group: Option<String>,
    order: usize,
    is_included_in_menu: bool,
    is_group_modifier: bool,
    id: String,
    code: &'static str,
    name: String,
    description: Option<String>,
    additional_info: Option<String>,
    tags: Vec<&'static str>,
    is_deleted: bool,
    #[serde(flatten)]
    seo: Seo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductCategory {
    id: String,
    name: String,
    is_deleted: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    fat_amount: Number,
    proteins_amount: Number,
    carbohydrates_amount: Number,
    energy_amount: Number,
    fat_full_amount: Number,
    proteins_full_amount: Number,
    carbohydrates_full_amount: Number,
    energy_full_amount: Number,
    weight: Number,
    group_id: String,
    product_category_id: Option<String>,
    r#type: &'static str,
    order_item_type: &'static str,
    modifier_schema_id: Option<String>,
    modifier_schema_name: Option<String>,
    splittable: bool,
    measure_unit: &'static str,
    size_prices: Vec<SizePrice>,
    modifiers: Vec<ChildModifier>,
    group_modifiers: Vec<GroupModifier>,
    image_links: Vec<String>,
    do_not_print_in_cheque: bool,
    parent_group: Option<String>,
    order: usize,
    full_name_english: &'static str,
    use_balance_for_sell: bool,
    can_set_open_price: bool,
    payment_subject: &'static str,
    id: String,
    code: String,
    name: String,
    description: String,
    additional_info: Option<String>,
    /// null for modifiers
    tags: Option<Vec<&'static str>>,
    is_deleted: bool,
    #[serde(flatten)]
    seo: Seo,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Seo {
    seo_description: Option<String>,
    seo_text: Option<String>,
    seo_keywords: Option<String>,
    seo_title: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SizePrice {
    size_id: Option<String>,
    price: Price,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    current_price: Number,
    is_included_in_menu: bool,
    next_price: Option<Number>,
    next_included_in_menu: bool,
    next_date_price: Option<&'static str>,
    #[serde(skip)]
    kopecks: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupModifier {
    id: String,
    min_amount: u8,
    max_amount: u8,
    required: bool,
    child_modifiers_have_min_max_restrictions: bool,
    child_modifiers: Vec<ChildModifier>,
    hide_if_default_amount: bool,
    default_amount: u8,
    splittable: bool,
    free_of_charge_amount: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChildModifier {
    id: String,
    default_amount: u8,
    min_amount: u8,
    max_amount: u8,
    required: bool,
    hide_if_default_amount: bool,
    splittable: bool,
    free_of_charge_amount: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Size {
    id: String,
    name: &'static str,
    priority: usize,
    is_default: bool,
}

impl Menu {
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    pub(crate) fn products(&self) -> usize {
        self.products.len()
    }

    /// Changes a share of the products: half of them in price, the others in name or description.
    pub(crate) fn change(&mut self, percent: usize, seed: u64) {
        let mut chance = Chance::new(seed);
        self.revision += 60_000;
        self.correlation_id = chance.uuid();
        let changed = (self.products.len() * percent / 100).max(1);
        let distance = self.products.len() / changed;
        let first = chance.below(distance);
        for (turn, product) in self
            .products
            .iter_mut()
            .skip(first)
            .step_by(distance)
            .enumerate()
        {
            match turn % 4 {
                0 => product.name.push_str(" (новый рецепт)"),
                1 => {
                    product.description.push(' ');
                    product
                        .description
                        .push_str(chance.pick::<&str>(&words::REMARKS));
                }
                _ => {
                    for size in &mut product.size_prices {
                        size.price.kopecks += 700 + size.price.kopecks / 20;
                        size.price.current_price = decimal(size.price.kopecks, 100);
                    }
                }
            }
        }
    }

    /// What is stopped in each terminal group: product and size.
    pub(crate) fn stops(&self, seed: u64) -> Vec<(String, Option<String>)> {
        let mut chance = Chance::new(seed);
        self.products
            .iter()
            .filter(|_| chance.one_in(STOP_SHARE))
            .map(|product| (product.id.clone(), product.size_prices[0].size_id.clone()))
            .collect()
    }
}

/// Written as iiko writes it: `149`, `129.9`.
fn decimal(parts: u64, scale: u32) -> Number {
    let scale = u64::from(scale);
    if parts.is_multiple_of(scale) {
        return Number::from(parts / scale);
    }
    Number::from_f64(parts as f64 / scale as f64).expect("a small number is finite")
}
