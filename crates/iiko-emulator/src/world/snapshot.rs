//! The whole state as JSON: out of one emulator, into the same or another one.

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::World;

/// Changes with every change of the state's form that an older snapshot cannot be read in.
const FORM: u32 = 3;

#[derive(Serialize, Deserialize)]
struct Snapshot<W> {
    form: u32,
    world: W,
}

impl World {
    /// Everything, but for faults and the exchanges so far.
    pub(crate) fn snapshot(&self) -> anyhow::Result<String> {
        let snapshot = Snapshot {
            form: FORM,
            world: self,
        };
        Ok(serde_json::to_string(&snapshot)?)
    }

    pub(crate) fn of_snapshot(json: &str) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            form: u32,
        }

        let head: Head = serde_json::from_str(json).context("not a snapshot of an emulator")?;
        ensure!(
            head.form == FORM,
            "the snapshot has form {}, this emulator reads form {FORM}",
            head.form
        );
        let snapshot: Snapshot<Self> =
            serde_json::from_str(json).context("a snapshot that is not whole")?;
        Ok(snapshot.world)
    }
}

/// A map whose keys are no texts, as a list of pairs.
pub(crate) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let pairs = Vec::<(K, V)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}
