//! The answer of `POST /api/2/menu/by_id`, whose shape depends on the version that was asked for.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    decode::{self, Inspect, Place},
    schemas::{MenuByIdRequest, MenuByIdV2, MenuByIdV3, MenuByIdV4},
};

/// The answer as it came. It does not say reliably which shape it has, so whoever asked has to read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MenuByIdAnswer(pub Box<RawValue>);

/// An external menu in one of its three shapes.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuById {
    /// With `itemCategories`.
    V2(Box<MenuByIdV2>),
    /// With `itemGroups`.
    V3(Box<MenuByIdV3>),
    /// As the third; its groups may also hold combos.
    V4(Box<MenuByIdV4>),
}

impl MenuByIdAnswer {
    /// Reads the answer in the shape that `request` asked for; without a version that is the second.
    pub fn read(&self, request: &MenuByIdRequest) -> Result<MenuById, serde_json::Error> {
        let text = self.0.get();
        Ok(match request.version {
            Some(4) => MenuById::V4(serde_json::from_str(text)?),
            Some(3) => MenuById::V3(serde_json::from_str(text)?),
            Some(_) | None => MenuById::V2(serde_json::from_str(text)?),
        })
    }
}

/// Without the request the shape is the one that knows most of the answer.
impl Inspect for MenuByIdAnswer {
    fn inspect(&self, place: &mut Place) {
        let text = self.0.get();
        place.best_of([
            decode::walk::<MenuByIdV2>(text),
            decode::walk::<MenuByIdV3>(text),
            decode::walk::<MenuByIdV4>(text),
        ]);
    }
}

impl MenuById {
    /// The answer that carries this menu.
    pub fn to_answer(&self) -> Result<MenuByIdAnswer, serde_json::Error> {
        let raw = match self {
            Self::V2(menu) => serde_json::value::to_raw_value(menu),
            Self::V3(menu) => serde_json::value::to_raw_value(menu),
            Self::V4(menu) => serde_json::value::to_raw_value(menu),
        };
        raw.map(MenuByIdAnswer)
    }
}

#[cfg(test)]
mod tests {
    use super::{MenuById, MenuByIdAnswer};
    use crate::schemas::{MenuByIdRequest, MenuItemV4};

    const ANSWER: &str = r#"{"id":4679,"overrideTaxCategories":[],"itemGroups":[{"items":[{"type":"COMBO","id":"7"}]}]}"#;

    fn read(version: Option<i32>) -> MenuById {
        let answer: MenuByIdAnswer = serde_json::from_str(ANSWER).unwrap();
        let mut request = MenuByIdRequest::new("4679", vec![], "ru");
        request.version = version;
        answer.read(&request).unwrap()
    }

    #[test]
    fn the_question_decides_the_shape() {
        assert!(matches!(read(None), MenuById::V2(_)));
        assert!(matches!(read(Some(3)), MenuById::V3(_)));
        let MenuById::V4(menu) = read(Some(4)) else {
            panic!("version 4 was asked for")
        };
        let items = menu.item_groups.unwrap().remove(0).items.unwrap();
        assert!(matches!(items[..], [MenuItemV4::Combo(_)]), "{items:?}");
    }

    #[test]
    fn no_shape_loses_what_it_does_not_know() {
        for version in [None, Some(2), Some(3), Some(4)] {
            let answer = read(version).to_answer().unwrap();
            let written: serde_json::Value = serde_json::from_str(answer.0.get()).unwrap();
            assert_eq!(
                written,
                serde_json::from_str::<serde_json::Value>(ANSWER).unwrap(),
                "{version:?}"
            );
        }
    }
}
