//! The tree of categories: one small item with its whole shape, so that a move of a subtree is one
//! write, and two moves at once cannot make a cycle (each is written on condition that the tree is the one it
//! was decided on).

use std::collections::BTreeMap;

use kernel::Error;
use serde::{Deserialize, Serialize};

/// The deepest level. A root is the first.
pub const DEEPEST: usize = 6;

/// The most categories.
pub const MOST: usize = 1_000;

/// The most bytes: an item has 400 KB.
const MOST_BYTES: usize = 350_000;

/// Bytes of a category besides its slug: two ids and the names of the members.
const NODE_BYTES: usize = 100;

/// The shape of the tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// Counts the changes.
    pub version: u64,
    nodes: BTreeMap<String, Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    parent: Option<String>,
    slug: String,
}

impl Tree {
    /// The slugs from the root to a category, joined by `/`. Empty for one that is not in the tree.
    pub fn path(&self, id: &str) -> String {
        let mut slugs: Vec<&str> = self.ancestry(id).map(|node| node.slug.as_str()).collect();
        slugs.reverse();
        slugs.join("/")
    }

    /// A category and all below it.
    pub fn subtree(&self, id: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut next = self.nodes.contains_key(id).then(|| id.to_owned()).into_iter().collect::<Vec<_>>();
        while let Some(id) = next.pop() {
            next.extend(self.children(Some(&id)).map(str::to_owned));
            found.push(id);
        }
        found
    }

    /// The categories right below another, or the roots.
    pub fn children<'a>(&'a self, parent: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        self.nodes.iter().filter(move |(_, node)| node.parent.as_deref() == parent).map(|(id, _)| id.as_str())
    }

    /// All categories.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// The tree with a category at a place: a new one, or one that is there with all below it.
    ///
    /// # Errors
    /// `NotFound` when there is no such parent · `Conflict`: `invalid_parent` when the parent is the category
    /// itself or below it, or the tree would become too deep; `already_exists` when a sibling has the slug;
    /// `too_many` when the tree is full.
    pub fn place(&self, id: &str, parent: Option<&str>, slug: &str) -> Result<Self, Error> {
        let pointer = "/data/relationships/parent/data";
        let invalid = |detail: String| Error::conflict("invalid_parent", "Invalid parent", detail).at(pointer);
        if parent.is_some_and(|parent| !self.nodes.contains_key(parent)) {
            return Err(Error::not_found("There is no category with this id.").at(pointer));
        }
        if parent.is_some_and(|parent| self.subtree(id).iter().any(|below| below == parent)) {
            return Err(invalid("A category cannot be below itself.".to_owned()));
        }
        if self.children(parent).any(|other| other != id && self.nodes[other].slug == slug) {
            let detail = "There is another category of this name at this place.";
            return Err(Error::already_exists("/data/attributes/name", detail));
        }
        let mut tree = self.clone();
        let node = Node { parent: parent.map(str::to_owned), slug: slug.to_owned() };
        tree.nodes.insert(id.to_owned(), node);
        tree.version += 1;
        let size: usize = tree.nodes.values().map(|node| node.slug.len() + NODE_BYTES).sum();
        if tree.nodes.len() > MOST || size > MOST_BYTES {
            let detail = format!("A shop has at most {MOST} categories, fewer with long names in other scripts.");
            return Err(Error::conflict("too_many", "Too many", detail));
        }
        let deepest = tree.subtree(id).iter().map(|below| tree.ancestry(below).count()).max();
        if deepest.is_some_and(|depth| depth > DEEPEST) {
            return Err(invalid(format!("The tree has at most {DEEPEST} levels.")));
        }
        Ok(tree)
    }

    /// The tree without a category that has none below it; `None` when it has.
    pub fn without(&self, id: &str) -> Option<Self> {
        if self.children(Some(id)).next().is_some() {
            return None;
        }
        let mut tree = self.clone();
        tree.nodes.remove(id);
        tree.version += 1;
        Some(tree)
    }

    /// A category and those above it, up to the root. Ends in any case: no more steps than there are nodes.
    fn ancestry<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Node> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let node = self.nodes.get(next?)?;
            next = node.parent.as_deref();
            Some(node)
        })
        .take(self.nodes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::default();
        for (id, parent) in [("kitchen", None), ("coffee", Some("kitchen")), ("cups", Some("coffee")), ("garden", None)]
        {
            tree = tree.place(id, parent, id).unwrap();
        }
        tree
    }

    #[test]
    fn a_path_leads_from_the_root() {
        assert_eq!((tree().path("cups").as_str(), tree().path("garden").as_str()), ("kitchen/coffee/cups", "garden"));
        assert_eq!(tree().path("nothing"), "");
    }

    #[test]
    fn a_move_takes_along_what_is_below() {
        let moved = tree().place("coffee", Some("garden"), "coffee").unwrap();
        assert_eq!((moved.path("cups").as_str(), moved.version), ("garden/coffee/cups", 5));
        assert_eq!(moved.subtree("garden").len(), 3);
        assert_eq!(moved.subtree("kitchen"), ["kitchen"]);
    }

    #[test]
    fn a_category_is_not_moved_below_itself() {
        for parent in ["kitchen", "coffee", "cups"] {
            assert_eq!(tree().place("kitchen", Some(parent), "kitchen").unwrap_err().code, "invalid_parent");
        }
        assert_eq!(tree().place("cups", Some("nothing"), "cups").unwrap_err().code, "not_found");
    }

    #[test]
    fn siblings_have_different_slugs_and_cousins_may_share_one() {
        assert_eq!(tree().place("new", None, "garden").unwrap_err().code, "already_exists");
        assert!(tree().place("new", Some("garden"), "garden").is_ok());
        assert!(tree().place("garden", None, "garden").is_ok());
    }

    #[test]
    fn the_tree_has_six_levels_also_after_a_move() {
        let mut deep = tree();
        for (id, parent) in [("a", "cups"), ("b", "a"), ("c", "b")] {
            deep = deep.place(id, Some(parent), id).unwrap();
        }
        assert_eq!(deep.place("d", Some("c"), "d").unwrap_err().code, "invalid_parent");
        assert_eq!(deep.place("kitchen", Some("garden"), "kitchen").unwrap_err().code, "invalid_parent");
    }

    #[test]
    fn what_has_something_below_is_not_removed() {
        assert!(tree().without("coffee").is_none());
        assert_eq!(tree().without("cups").unwrap().subtree("kitchen").len(), 2);
    }
}
