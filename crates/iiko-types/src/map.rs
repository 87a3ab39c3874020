//! Maps of a back end for which an empty map is an empty list.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A map that comes, and is written, as `[]` when it is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListOrMap<V>(pub BTreeMap<String, V>);

impl<V> Default for ListOrMap<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<V: Serialize> Serialize for ListOrMap<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            serializer.collect_seq(std::iter::empty::<()>())
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for ListOrMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either(PhantomData))
    }
}

struct Either<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Either<V> {
    type Value = ListOrMap<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map or an empty list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            entries.insert(key, value);
        }
        Ok(ListOrMap(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(ListOrMap::default()),
            Some(_) => Err(serde::de::Error::invalid_length(1, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ListOrMap;

    #[test]
    fn an_empty_list_is_an_empty_map() {
        let map: ListOrMap<i64> = serde_json::from_str("[]").unwrap();
        assert_eq!(map, ListOrMap::default());
        assert_eq!(serde_json::to_string(&map).unwrap(), "[]");
    }

    #[test]
    fn a_map_is_a_map_and_a_filled_list_is_refused() {
        let map: ListOrMap<i64> = serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"a":1}"#);
        assert!(serde_json::from_str::<ListOrMap<i64>>("[1]").is_err());
    }
}
