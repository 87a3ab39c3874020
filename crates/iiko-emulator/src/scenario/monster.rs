//! The monster: the restaurant of the demo, grown to a menu of many thousand products. The same seed, the same menu.

use std::fmt::Write as _;

use anyhow::{Context, ensure};
use xxhash_rust::xxh3::xxh3_64;

use super::ScenarioFile;

/// Rows of the menu where nobody says, those of the demo included.
const USUAL: usize = 10_000;
const LARGEST: usize = 200_000;

const KINDS: [&str; 24] = [
    "Пицца",
    "Суп",
    "Салат",
    "Паста",
    "Ризотто",
    "Бургер",
    "Ролл",
    "Пирог",
    "Запеканка",
    "Рагу",
    "Шашлык",
    "Плов",
    "Лапша",
    "Каша",
    "Омлет",
    "Десерт",
    "Морс",
    "Кофе",
    "Чай",
    "Лимонад",
    "Котлета",
    "Стейк",
    "Паштет",
    "Брускетта",
];
const MANNERS: [&str; 20] = [
    "по-деревенски",
    "на углях",
    "из печи",
    "по-домашнему",
    "с дымком",
    "на сливках",
    "в горшочке",
    "под корочкой",
    "по старому рецепту",
    "с хрустом",
    "на двоих",
    "от шефа",
    "по-приморски",
    "с перцем",
    "без лука",
    "на пару",
    "в тесте",
    "по-летнему",
    "по-зимнему",
    "с мёдом",
];
const THINGS: [&str; 20] = [
    "и сыром",
    "и грибами",
    "и курицей",
    "и лососем",
    "и тыквой",
    "и уткой",
    "и шпинатом",
    "и беконом",
    "и вишней",
    "и кедровым орехом",
    "и креветкой",
    "и баклажаном",
    "и говядиной",
    "и свёклой",
    "и грушей",
    "и томатами",
    "и яйцом",
    "и фасолью",
    "и кальмаром",
    "и зеленью",
];

/// `monster`, `monster:SEED` or `monster:SEED:PRODUCTS`; `None` for other names.
pub(super) fn text(name: &str, demo: &str) -> anyhow::Result<Option<String>> {
    let mut parts = name.split(':');
    if parts.next() != Some("monster") {
        return Ok(None);
    }
    let mut number = |what: &str, usual: usize| match parts.next() {
        Some(part) => part
            .parse()
            .with_context(|| format!("`{name}`: `{part}` is no {what}")),
        None => Ok(usual),
    };
    let (seed, products) = (number("seed", 1)?, number("number of products", USUAL)?);
    ensure!(
        parts.next().is_none(),
        "a monster is `monster:SEED:PRODUCTS`"
    );
    ensure!(
        products <= LARGEST,
        "a monster has {LARGEST} products at most"
    );
    grown(demo, seed, products).map(Some)
}

/// The demo's text with more folders, dishes and modifiers behind it.
fn grown(demo: &str, seed: usize, products: usize) -> anyhow::Result<String> {
    let mut text = demo.replacen("name = \"demo\"", "name = \"monster\"", 1);
    let file: ScenarioFile = toml::from_str(demo)?;
    let missing = products.saturating_sub(file.codes().count());
    let chance = |what: &str, number: usize, end: usize| {
        let word = xxh3_64(format!("{seed}/{what}/{number}").as_bytes());
        usize::try_from(word % end as u64).unwrap_or_default()
    };
    // a tenth are modifiers, fifteen to a group
    let groups = (missing / 150).max(1);
    let modifiers = missing / 10;
    for group in 0..groups {
        write!(
            text,
            "\n[[modifier_groups]]\nslug = \"m{group}\"\nname = \"Добавки {}\"\nmodifiers = [\n",
            group + 1
        )?;
        for modifier in (group..modifiers).step_by(groups) {
            let name = THINGS[chance("thing", modifier, THINGS.len())].trim_start_matches("и ");
            let price = chance("price", modifier, 120);
            writeln!(
                text,
                "  {{ code = \"MM-{modifier}\", name = \"Добавка {modifier}, {name}\", price = {price} }},"
            )?;
        }
        text.push_str("]\n");
    }
    let folders = (missing / 80).max(1);
    for folder in 0..folders {
        write!(
            text,
            "\n[[groups]]\nslug = \"f{folder}\"\nname = \"Раздел {}\"\n",
            folder + 1
        )?;
        // three levels: every eleventh folder stands at the top, every third of the others under one of those
        if folder % 11 > 0 {
            let top = folder - folder % 11;
            let parent = match folder % 3 {
                0 => folder - 1,
                _ => top,
            };
            writeln!(text, "parent = \"f{parent}\"")?;
        }
        text.push_str("dishes = [\n");
        for dish in (folder..missing - modifiers).step_by(folders) {
            text.push_str(&one_dish(dish, groups, &chance)?);
        }
        text.push_str("]\n");
    }
    Ok(text)
}

fn one_dish(
    number: usize,
    groups: usize,
    chance: &impl Fn(&str, usize, usize) -> usize,
) -> anyhow::Result<String> {
    let pick = |words: &[&'static str], what: &str| words[chance(what, number, words.len())];
    let name = [
        pick(&KINDS, "kind"),
        pick(&MANNERS, "manner"),
        pick(&THINGS, "with"),
    ]
    .join(" ");
    let price = 90 + chance("price of", number, 1500);
    let mut line = format!("  {{ code = \"MON-{number}\", name = \"{name}, №{number}\", ");
    match chance("sizes", number, 4) {
        0 => write!(
            line,
            "prices = {{ s = {price}, m = {}, l = {} }}, ",
            price + 60,
            price + 110
        )?,
        _ => write!(
            line,
            "price = \"{price}.{:02}\", ",
            chance("kopecks", number, 100)
        )?,
    }
    write!(
        line,
        "weight = \"0.{:03}\", per_100 = \"{} {} {} {}\", text = \"Состав и описание блюда номер {number}\"",
        100 + chance("weight", number, 800),
        50 + chance("energy", number, 350),
        chance("proteins", number, 30),
        chance("fats", number, 30),
        chance("carbohydrates", number, 60),
    )?;
    if chance("extras", number, 3) == 0 {
        let group = chance("group", number, groups);
        write!(
            line,
            ", modifier_groups = [{{ slug = \"m{group}\", max = 3 }}]"
        )?;
    }
    line.push_str(" },\n");
    Ok(line)
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    #[test]
    fn a_monster_is_as_large_as_asked_and_the_same_every_time() {
        let rows = |name: &str| Scenario::find(name).unwrap().file.codes().count();
        assert_eq!(rows("monster:7:2000"), 2000);
        assert_eq!(
            rows("monster:7:10"),
            rows("demo"),
            "never less than the demo"
        );
        let text = |name: &str| String::from(Scenario::find(name).unwrap());
        assert!(text("monster:7:500") == text("monster:7:500"));
        assert!(text("monster:7:500") != text("monster:8:500"));
        for wrong in [
            "monster:x",
            "monster:1:x",
            "monster:1:1:1",
            "monster:1:1000000",
        ] {
            assert!(Scenario::find(wrong).is_err(), "{wrong}");
        }
    }
}
