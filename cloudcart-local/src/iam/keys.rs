//! Access keys: the account's own pair, and one per session of a role.
//!
//! They are kept in the state store, so that what was signed with them before a restart still is after it.

use crate::{
    api::Caller,
    core::Core,
    store::{Store, StoreError},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

const NAMESPACE: &str = "iam.keys";

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Owner {
    /// The account.
    Root,
    /// A session of a role.
    Session {
        /// Name of the role.
        role: String,
        /// The role's unique id: a role made anew under the same name is another.
        role_id: String,
        /// Name of the session.
        session: String,
    },
}

/// An access key's other half.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) owner: Owner,
    pub(crate) secret: String,
    /// Temporary keys carry one.
    pub(crate) token: Option<String>,
    /// Milliseconds since the epoch; `None` for keys that live as long as their owner.
    pub(crate) expires_ms: Option<i64>,
}

impl Key {
    /// Who calls with it.
    pub(crate) fn caller(&self) -> Caller {
        match &self.owner {
            Owner::Root => Caller::Root,
            Owner::Session { role, session, .. } => Caller::Role { role: role.clone(), session: session.clone() },
        }
    }
}

/// All keys, by access key id.
pub(crate) struct KeyRing {
    store: Store,
    keys: RwLock<HashMap<String, Arc<Key>>>,
}

impl KeyRing {
    /// Reads the keys; makes the account's own pair the first time, and forgets those that have expired.
    pub(crate) fn open(core: &Core) -> Result<Self, StoreError> {
        let ring = Self { store: core.store.clone(), keys: RwLock::default() };
        let now = core.clock.now_ms();
        for (id, key) in core.store.list::<Key>(NAMESPACE)? {
            if key.expires_ms.is_some_and(|expires| expires < now) {
                core.store.delete(NAMESPACE, &id)?;
            } else {
                ring.write().insert(id, Arc::new(key));
            }
        }
        if ring.root().is_none() {
            ring.add(core, "AKIA", Owner::Root, None)?;
        }
        Ok(ring)
    }

    /// The account's own pair.
    pub(crate) fn root(&self) -> Option<(String, Arc<Key>)> {
        self.find(|key| key.owner == Owner::Root)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Key>> {
        self.read().get(id).cloned()
    }

    /// The first key that `wanted` takes.
    pub(crate) fn find(&self, wanted: impl Fn(&Key) -> bool) -> Option<(String, Arc<Key>)> {
        self.read().iter().find(|(_, key)| wanted(key)).map(|(id, key)| (id.clone(), Arc::clone(key)))
    }

    /// Makes a key; only temporary ones (`ASIA…`) carry a token.
    pub(crate) fn add(
        &self,
        core: &Core,
        prefix: &str,
        owner: Owner,
        expires_ms: Option<i64>,
    ) -> Result<(String, Arc<Key>), StoreError> {
        let id = format!("{prefix}{}", core.random.upper(16));
        let temporary = owner != Owner::Root;
        let key =
            Arc::new(Key { owner, secret: base64(core, 30), token: temporary.then(|| base64(core, 96)), expires_ms });
        self.store.put(NAMESPACE, &id, key.as_ref())?;
        self.write().insert(id.clone(), Arc::clone(&key));
        Ok((id, key))
    }

    /// Removes the keys of a role.
    pub(crate) fn remove_role(&self, name: &str) -> Result<(), StoreError> {
        let gone: Vec<String> = self
            .read()
            .iter()
            .filter(|(_, key)| matches!(&key.owner, Owner::Session { role, .. } if role == name))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            self.store.delete(NAMESPACE, &id)?;
            self.write().remove(&id);
        }
        Ok(())
    }

    // The maps stay whole if a thread panics with the lock: each change is one call.
    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, Arc<Key>>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<String, Arc<Key>>> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn base64(core: &Core, bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    core.random.fill(&mut buffer);
    STANDARD.encode(buffer)
}
