//! What anchors have named, and how much of it aliases may repeat.

use std::collections::HashMap;

use serde_json::Value;

use super::error::ReadProblem;

/// What all aliases together may add: more than the largest template that CloudFormation takes (1 MB).
const BYTES: usize = 4 * 1024 * 1024;

/// About what a value without text takes in memory.
const BYTES_OF_A_NODE: usize = 64;

/// The anchors of a document.
#[derive(Default)]
pub(super) struct Anchors {
    /// By the parser's number of the anchor; nothing while the anchored node is still being read.
    named: HashMap<usize, Option<Anchored>>,
    /// What aliases have added.
    spent: usize,
}

struct Anchored {
    value: Value,
    height: usize,
    bytes: usize,
}

impl Anchors {
    /// An anchored node begins. The parser numbers nodes without an anchor 0.
    pub(super) fn open(&mut self, anchor: usize) {
        if anchor != 0 {
            self.named.insert(anchor, None);
        }
    }

    /// An anchored node has been read.
    pub(super) fn close(&mut self, anchor: usize, value: &Value) {
        if anchor != 0 {
            let (height, bytes) = measure(value);
            self.named.insert(anchor, Some(Anchored { value: value.clone(), height, bytes }));
        }
    }

    /// What the alias stands for, if there is room for it `levels` below the rest.
    pub(super) fn expand(&mut self, anchor: usize, levels: usize) -> Result<Value, ReadProblem> {
        let Some(anchored) = self.named.get(&anchor).and_then(Option::as_ref) else {
            return Err(ReadProblem::AliasInsideItself);
        };
        if anchored.height > levels {
            return Err(ReadProblem::TooDeep);
        }
        self.spent += anchored.bytes;
        if self.spent > BYTES {
            return Err(ReadProblem::AliasesTooLarge);
        }
        Ok(anchored.value.clone())
    }
}

/// How many levels of lists and mappings a value has, and about how many bytes.
fn measure(value: &Value) -> (usize, usize) {
    let fold = |children: &mut dyn Iterator<Item = (usize, &Value)>| {
        children.fold((1, BYTES_OF_A_NODE), |(height, bytes), (key, child)| {
            let (child_height, child_bytes) = measure(child);
            (height.max(child_height + 1), bytes + key + child_bytes)
        })
    };
    match value {
        Value::String(text) => (0, BYTES_OF_A_NODE + text.len()),
        Value::Array(items) => fold(&mut items.iter().map(|item| (0, item))),
        Value::Object(object) => fold(&mut object.iter().map(|(key, child)| (key.len(), child))),
        _ => (0, BYTES_OF_A_NODE),
    }
}
