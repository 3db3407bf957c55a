//! What of an answer the paths ask for: the rest is dropped before anything is kept. Finding it out is `check`'s business.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

/// A place of an answer while paths are checked; lists are no places of their own, their items are at the list's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Rc<RefCell<Node>>);

#[derive(Debug, Default)]
struct Node {
    whole: bool,
    members: BTreeMap<String, Asked>,
}

impl Asked {
    /// The place of a member, which is asked for by that.
    pub(crate) fn member(&self, name: &str) -> Self {
        self.0.borrow_mut().members.entry(name.to_owned()).or_default().clone()
    }

    /// Notes that everything here is asked for.
    pub(crate) fn whole(&self) {
        self.0.borrow_mut().whole = true;
    }

    /// What was asked for so far.
    pub(crate) fn mask(&self) -> Mask {
        let node = self.0.borrow();
        if node.whole {
            return Mask::Whole;
        }
        Mask::Members(
            node.members.iter().map(|(name, asked)| (name.clone(), asked.mask())).collect(),
        )
    }
}

/// What is kept of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mask {
    /// All of the answer, unchanged.
    Whole,
    /// Of a structure these members, and of each as much as its mask says; a list keeps its length.
    Members(BTreeMap<String, Mask>),
}

impl Mask {
    /// `value` without what is not asked for.
    pub(crate) fn keep(&self, mut value: Value) -> Value {
        self.cut(&mut value);
        value
    }

    fn cut(&self, value: &mut Value) {
        match (self, value) {
            (Self::Members(_), Value::Array(items)) => {
                for item in items {
                    self.cut(item);
                }
            }
            (Self::Members(members), Value::Object(map)) => {
                map.retain(|name, value| members.get(name).map(|mask| mask.cut(value)).is_some());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_no_path_asks_for_is_dropped_at_every_level() {
        let root = Asked::default();
        let functions = root.member("Functions");
        functions.member("Name").whole();
        functions.member("Layers");
        let answer = json!({"Functions": [{"Name": "a", "Secret": "x", "Layers": [{"Arn": "y"}]}], "Next": "t"});
        assert_eq!(root.mask().keep(answer), json!({"Functions": [{"Name": "a", "Layers": [{}]}]}));
    }
}
