//! How a menu is invented: its tree, its modifiers, its dishes.

use crate::chance::Chance;
use crate::menu::{
    ChildModifier, Group, GroupModifier, Menu, Price, Product, ProductCategory, Seo, Size,
    SizePrice, decimal,
};
use crate::words;

const MODIFIER_SHARE: usize = 4;
const MODIFIERS_IN_GROUP: usize = 7;
const PRODUCTS_IN_FOLDER: usize = 25;
const FIRST_REVISION: i64 = 1_771_213_047_098;

/// A folder for dishes, with its place in `words::SECTIONS`.
struct Folder {
    id: String,
    section: usize,
}

/// A group of modifiers, with the modifiers in it.
struct Choice {
    id: String,
    modifiers: Vec<String>,
}

impl Menu {
    pub(crate) fn invent(products: usize, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let organization_id = chance.uuid();
        let terminal_group_ids = [chance.uuid(), chance.uuid()];
        let sizes: Vec<Size> = words::SIZES
            .iter()
            .enumerate()
            .map(|(number, name)| Size {
                id: chance.uuid(),
                name,
                priority: number % 3,
                is_default: number % 3 == 1,
            })
            .collect();
        let product_categories: Vec<ProductCategory> = words::SECTIONS
            .iter()
            .map(|(name, _)| ProductCategory {
                id: chance.uuid(),
                name: (*name).to_owned(),
                is_deleted: false,
            })
            .collect();
        let modifiers = (products / MODIFIER_SHARE).max(1);
        let dishes = products.saturating_sub(modifiers);
        let (mut groups, folders) = folders(&mut chance, dishes);
        let mut menu = Self {
            organization_id,
            terminal_group_ids,
            correlation_id: chance.uuid(),
            groups: Vec::new(),
            product_categories,
            products: Vec::with_capacity(products),
            sizes,
            revision: FIRST_REVISION,
        };
        let choices = menu.add_modifiers(&mut chance, &mut groups, modifiers);
        for number in 0..dishes {
            let dish = menu.dish(
                &mut chance,
                number,
                &folders[number % folders.len()],
                &choices,
            );
            menu.products.push(dish);
        }
        menu.groups = groups;
        menu
    }

    fn add_modifiers(
        &mut self,
        chance: &mut Chance,
        groups: &mut Vec<Group>,
        count: usize,
    ) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        for number in 0..(count / MODIFIERS_IN_GROUP).max(words::CHOICES.len()) {
            let word = words::CHOICES[number % words::CHOICES.len()];
            let group = group(chance, format!("{word} {}", number + 1), None, number, true);
            choices.push(Choice {
                id: group.id.clone(),
                modifiers: Vec::new(),
            });
            groups.push(group);
        }
        let all = choices.len();
        for number in 0..count {
            let choice = &mut choices[number % all];
            let prices = [0, 0, 0, 2900, 3900, 4900, 5900, 9900, 14_900];
            let basis = Basis {
                kind: "Modifier",
                group_id: choice.id.clone(),
                parent_group: Some(choice.id.clone()),
                category_id: None,
                order: number % 40,
                name: (*chance.pick(&words::MODIFIERS)).to_owned(),
                code: format!("{:05}", 20_000 + number),
                size_ids: vec![None],
                group_modifiers: Vec::new(),
                kopecks: *chance.pick(&prices),
            };
            let modifier = product(chance, &self.organization_id, basis);
            choice.modifiers.push(modifier.id.clone());
            self.products.push(modifier);
        }
        choices
    }

    fn dish(
        &self,
        chance: &mut Chance,
        number: usize,
        folder: &Folder,
        choices: &[Choice],
    ) -> Product {
        let (section, dishes) = words::SECTIONS[folder.section];
        let sized = matches!(section, "Пицца" | "Кофе" | "Чай" | "Напитки") && !chance.one_in(4);
        let size_ids = if sized {
            let row = if section == "Пицца" {
                &self.sizes[..3]
            } else {
                &self.sizes[3..]
            };
            let count = 1 + chance.below(row.len());
            row[..count]
                .iter()
                .map(|size| Some(size.id.clone()))
                .collect()
        } else {
            vec![None]
        };
        let groups = match section {
            "Пицца" if chance.one_in(33) => 12 + chance.below(9),
            "Пицца" => *chance.pick(&[2, 3, 3, 4, 5, 8]),
            "Бургеры" | "Кофе" | "Роллы" | "Горячее" | "Завтраки" | "Паста" => {
                *chance.pick(&[0, 0, 1, 1, 2, 3])
            }
            _ => usize::from(chance.one_in(8)),
        };
        let first_choice = chance.below(choices.len());
        let group_modifiers = (0..groups.min(choices.len()))
            .map(|step| group_modifier(chance, &choices[(first_choice + step) % choices.len()]))
            .collect();
        let name = format!(
            "{section}: {} {} №{}",
            chance.pick(dishes),
            chance.pick(&words::QUALITIES),
            number + 1
        );
        let basis = Basis {
            kind: if section == "Бар" && !chance.one_in(3) {
                "Good"
            } else {
                "Dish"
            },
            group_id: folder.id.clone(),
            parent_group: Some(folder.id.clone()),
            category_id: Some(self.product_categories[folder.section].id.clone()),
            order: number / PRODUCTS_IN_FOLDER,
            name,
            code: format!("{:05}", number + 1),
            size_ids,
            group_modifiers,
            kopecks: *chance.pick(&[
                14_900, 22_900, 25_900, 31_900, 42_000, 54_950, 62_900, 74_900, 12_990, 125_000,
            ]),
        };
        product(chance, &self.organization_id, basis)
    }
}

/// One root for each 5,000 dishes, in it the sections, in them the folders that the dishes stand in.
fn folders(chance: &mut Chance, dishes: usize) -> (Vec<Group>, Vec<Folder>) {
    let roots = (dishes / 5_000).max(1);
    let per_section = (dishes / PRODUCTS_IN_FOLDER / roots / words::SECTIONS.len()).max(1);
    let mut groups = Vec::new();
    let mut folders = Vec::new();
    for number in 0..roots {
        let root = group(
            chance,
            format!("Меню ресторана {}", number + 1),
            None,
            number,
            false,
        );
        for (section, (name, _)) in words::SECTIONS.iter().enumerate() {
            let above = group(
                chance,
                (*name).to_owned(),
                Some(root.id.clone()),
                section,
                false,
            );
            for part in 0..per_section {
                let name = format!("{name}, раздел {}", part + 1);
                let folder = group(chance, name, Some(above.id.clone()), part, false);
                folders.push(Folder {
                    id: folder.id.clone(),
                    section,
                });
                groups.push(folder);
            }
            groups.push(above);
        }
        groups.push(root);
    }
    (groups, folders)
}

fn group(
    chance: &mut Chance,
    name: String,
    parent_group: Option<String>,
    order: usize,
    is_group_modifier: bool,
) -> Group {
    Group {
        image_links: Vec::new(),
        parent_group,
        order,
        is_included_in_menu: is_group_modifier || !chance.one_in(10),
        is_group_modifier,
        id: chance.uuid(),
        code: "",
        name,
        description: None,
        additional_info: None,
        tags: Vec::new(),
        is_deleted: false,
        seo: Seo::default(),
    }
}

fn group_modifier(chance: &mut Chance, choice: &Choice) -> GroupModifier {
    let required = chance.one_in(3);
    GroupModifier {
        id: choice.id.clone(),
        min_amount: u8::from(required),
        max_amount: *chance.pick(&[1, 1, 3, 10]),
        required,
        child_modifiers_have_min_max_restrictions: chance.one_in(5),
        child_modifiers: choice
            .modifiers
            .iter()
            .map(|id| ChildModifier {
                id: id.clone(),
                default_amount: u8::from(chance.one_in(20)),
                min_amount: 0,
                max_amount: *chance.pick(&[0, 1, 1, 1, 2, 5]),
                required: false,
                hide_if_default_amount: chance.one_in(10),
                splittable: false,
                free_of_charge_amount: 0,
            })
            .collect(),
        hide_if_default_amount: false,
        default_amount: 0,
        splittable: false,
        free_of_charge_amount: 0,
    }
}

/// In what products and modifiers differ.
struct Basis {
    kind: &'static str,
    group_id: String,
    parent_group: Option<String>,
    category_id: Option<String>,
    order: usize,
    name: String,
    code: String,
    size_ids: Vec<Option<String>>,
    group_modifiers: Vec<GroupModifier>,
    kopecks: u64,
}

fn product(chance: &mut Chance, organization_id: &str, basis: Basis) -> Product {
    let is_modifier = basis.kind == "Modifier";
    let grams = if is_modifier {
        0
    } else {
        20 + chance.below(1_180)
    };
    // per 100 g, in thousandths; a third of the values are whole
    let mut nutrition = |most: usize| {
        let amount = chance.below(most);
        if chance.one_in(3) {
            amount * 1_000
        } else {
            amount * 1_000 + chance.below(1_000)
        }
    };
    let (fats, proteins, carbohydrates, energy) =
        (nutrition(40), nutrition(35), nutrition(70), nutrition(600));
    let full = |thousandths: usize| decimal((thousandths * grams / 100) as u64, 1_000);
    let per_100 = |thousandths: usize| decimal(thousandths as u64, 1_000);
    let images = if is_modifier {
        0
    } else {
        *chance.pick(&[0, 1, 1, 1, 1, 1, 1, 1, 2, 3])
    };
    let has_seo = !is_modifier && chance.one_in(20);
    Product {
        fat_amount: per_100(fats),
        proteins_amount: per_100(proteins),
        carbohydrates_amount: per_100(carbohydrates),
        energy_amount: per_100(energy),
        fat_full_amount: full(fats),
        proteins_full_amount: full(proteins),
        carbohydrates_full_amount: full(carbohydrates),
        energy_full_amount: full(energy),
        weight: decimal(grams as u64, 1_000),
        group_id: basis.group_id,
        product_category_id: basis.category_id,
        r#type: basis.kind,
        order_item_type: if basis.size_ids.len() > 1 && chance.one_in(5) {
            "Compound"
        } else {
            "Product"
        },
        modifier_schema_id: None,
        modifier_schema_name: None,
        splittable: false,
        measure_unit: if basis.kind == "Good" {
            "л"
        } else {
            "порц"
        },
        size_prices: size_prices(chance, basis.size_ids, basis.kopecks),
        modifiers: Vec::new(),
        group_modifiers: basis.group_modifiers,
        image_links: (0..images)
            .map(|_| {
                format!(
                    "https://images.example.invalid/menu/{organization_id}/{}.jpg",
                    chance.uuid()
                )
            })
            .collect(),
        do_not_print_in_cheque: is_modifier && chance.one_in(20),
        parent_group: basis.parent_group,
        order: basis.order,
        full_name_english: "",
        use_balance_for_sell: false,
        can_set_open_price: false,
        payment_subject: "ТОВАР",
        id: chance.uuid(),
        code: basis.code,
        seo: if has_seo {
            seo(chance, &basis.name)
        } else {
            Seo::default()
        },
        name: basis.name,
        description: if is_modifier || chance.one_in(8) {
            String::new()
        } else {
            description(chance)
        },
        additional_info: None,
        tags: (!is_modifier).then(|| {
            if chance.one_in(4) {
                vec![*chance.pick(&words::TAGS)]
            } else {
                Vec::new()
            }
        }),
        is_deleted: chance.one_in(166),
    }
}

fn size_prices(chance: &mut Chance, size_ids: Vec<Option<String>>, kopecks: u64) -> Vec<SizePrice> {
    (0..)
        .zip(size_ids)
        .map(|(number, size_id)| {
            let kopecks = kopecks + number * 15_000;
            let is_announced = chance.one_in(33);
            SizePrice {
                size_id,
                price: Price {
                    current_price: decimal(kopecks, 100),
                    is_included_in_menu: !chance.one_in(25),
                    next_price: is_announced.then(|| decimal(kopecks + 2_000, 100)),
                    next_included_in_menu: is_announced,
                    next_date_price: is_announced.then_some("2026-12-01 00:00:00.000"),
                    kopecks,
                },
            }
        })
        .collect()
}

fn seo(chance: &mut Chance, name: &str) -> Seo {
    Seo {
        seo_description: Some(format!("{name} — заказать с доставкой")),
        seo_text: Some(description(chance)),
        seo_keywords: Some(ingredients(chance, 4)),
        seo_title: Some(name.to_owned()),
    }
}

fn description(chance: &mut Chance) -> String {
    let count = *chance.pick(&[3, 4, 5, 6, 8]);
    let remarks = if chance.one_in(12) {
        4
    } else {
        chance.below(2)
    };
    let mut text = format!("Состав: {}.", ingredients(chance, count));
    for _ in 0..remarks {
        text.push(' ');
        text.push_str(chance.pick::<&str>(&words::REMARKS));
    }
    text
}

fn ingredients(chance: &mut Chance, count: usize) -> String {
    let words: Vec<&str> = (0..count)
        .map(|_| *chance.pick(&words::INGREDIENTS))
        .collect();
    words.join(", ")
}
