//! Categories and the tree that they stand in.

use std::collections::{BTreeSet, HashMap};

use access::audit_log;
use dynamo::{Attempts, Item, Written, text};
use kernel::Error;
use kernel::page::{Page, PageRequest};
use kernel::replay::{Outcome, Stored};

use super::{Catalog, Parts, category_key, in_use};
use crate::category::AUDITED;
use crate::category::{Category, Filter, Placed};
use crate::tree::Tree;

const TREE: &str = "tree";

/// What a refused part of a category's transaction means.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Category,
    Tree,
    Entry,
}

impl Catalog {
    /// Stores a new category. Reads the tree; one transaction of two items.
    ///
    /// # Errors
    /// As [`Tree::place`] · `Unavailable` when the tree keeps changing.
    pub async fn create_category(&self, category: Category, fingerprint: &str) -> Result<Outcome<Placed>, Error> {
        let mut attempts = Attempts::of("the tree");
        loop {
            attempts.next().await?;
            let old = self.tree(true).await?;
            let placed = old.place(&category.id, category.parent_id.as_deref(), &category.slug);
            let tree = match placed {
                Ok(tree) => tree,
                // Perhaps this very category was made by the request's first try.
                Err(refusal) => return self.repeated(&category, fingerprint).await?.ok_or(refusal),
            };
            let mut parts = Parts::new();
            parts.add(Part::Category, self.put_new(item(&category, fingerprint)?)?);
            parts.add(Part::Tree, self.put_tree(&tree, old.version)?);
            let placed = with_path(category.clone(), &tree);
            parts.record(Part::Entry, audit_log::entry(None, Some(&placed), &AUDITED)?);
            let Written::Refused(refused) = self.write(parts).await? else { return Ok(Outcome::Made(placed)) };
            if refused.iter().any(|(part, _)| *part == Part::Category) {
                let repeated = self.repeated(&category, fingerprint).await?;
                return repeated.ok_or_else(|| Error::unavailable("the category was deleted at the same time"));
            }
        }
    }

    /// A category with its place. One batch read of two items.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn category(&self, id: &str) -> Result<Option<Placed>, Error> {
        Ok(self.categories([id]).await?.pop())
    }

    /// Categories with their places by their ids, in no order. One batch read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn categories(&self, ids: impl IntoIterator<Item = &str>) -> Result<Vec<Placed>, Error> {
        let keys = ids.into_iter().map(category_key).chain([TREE.to_owned()]);
        let mut items = self.read_many(keys).await?;
        let tree = items.iter().position(|item| item.get("pk") == Some(&text(TREE)));
        let tree: Tree = tree.map(|index| dynamo::from_item(items.swap_remove(index))).transpose()?.unwrap_or_default();
        let categories = items.into_iter().map(dynamo::from_item::<Category>);
        categories.map(|category| Ok(with_path(category?, &tree))).collect()
    }

    /// A page of categories in the order of their paths. Reads the tree, and the product whose categories are
    /// asked for; one batch read of the page. `drafts`: whether categories of drafts are shown.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list_categories(
        &self,
        filter: &Filter,
        drafts: bool,
        page: &PageRequest,
    ) -> Result<Page<Placed>, Error> {
        let tree = self.tree(true).await?;
        let ids: Vec<String> = match filter {
            Filter::All => tree.ids().map(str::to_owned).collect(),
            Filter::Below(parent) => tree.children(parent.as_deref()).map(str::to_owned).collect(),
            Filter::Of(product) => {
                let product = self.get(product).await?.filter(|product| drafts || product.is_public());
                product.map(|product| product.category_ids).unwrap_or_default()
            }
        };
        let mut paths: Vec<(String, String)> = ids.into_iter().map(|id| (tree.path(&id), id)).collect();
        paths.sort_unstable();
        let at = page.position().unwrap_or_default();
        let here = |path: &String| page.inclusive() && path == at;
        let wanted: Vec<(String, String)> = match page.backwards() {
            true => paths.into_iter().rev().filter(|(path, _)| path.as_str() < at || here(path)).collect(),
            false => paths.into_iter().filter(|(path, _)| path.as_str() > at || here(path)).collect(),
        };
        // The page and its neighbours by the tree as it was read, whatever happens to the items meanwhile.
        let wanted = wanted.into_iter().take(page.limit()).collect();
        let Page { items, prev, next } = page.page(wanted, |(path, _)| path.clone());
        let found = self.read_many(items.iter().map(|(_, id)| category_key(id)).collect::<Vec<_>>()).await?;
        let found = found.into_iter().map(|item| Ok(with_path(dynamo::from_item(item)?, &tree)));
        let mut items: Vec<Placed> = found.collect::<Result<_, Error>>()?;
        items.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(Page { items, prev, next })
    }

    /// The categories with these ids that are not among those shown already: what a document has to include.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn others(&self, ids: impl Iterator<Item = &str>, shown: &[Placed]) -> Result<Vec<Placed>, Error> {
        let others: BTreeSet<&str> = ids.filter(|id| !shown.iter().any(|placed| placed.category.id == *id)).collect();
        if others.is_empty() { Ok(Vec::new()) } else { self.categories(others).await }
    }

    /// The tree. One read, half a unit for each 4 KB (some 40 categories), a whole one when consistent.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn tree(&self, consistent: bool) -> Result<Tree, Error> {
        Ok(self.read(TREE, consistent).await?.unwrap_or_default())
    }

    /// Changes a category, and moves it with all below it when its parent changes: `change` is given the
    /// present one and returns the next, or refuses. Reads the category and the tree; one transaction.
    ///
    /// # Errors
    /// `NotFound` · what `change` says · as [`Tree::place`] · `Unavailable` when others keep writing.
    pub async fn update_category(
        &self,
        id: &str,
        change: impl Fn(Category) -> Result<Category, Error>,
    ) -> Result<Placed, Error> {
        let mut attempts = Attempts::of("the category");
        loop {
            attempts.next().await?;
            let Stored { value: old, fingerprint } = self.category_to_change(id).await?;
            let new = change(old.clone())?;
            let present = self.tree(true).await?;
            if (Category { updated_at: old.updated_at, version: old.version, ..new.clone() }) == old {
                return Ok(with_path(old, &present));
            }
            let mut parts = Parts::new();
            parts.add(Part::Category, self.set_over(item(&new, &fingerprint)?, old.version)?);
            let mut tree = present.clone();
            if (&new.slug, &new.parent_id) != (&old.slug, &old.parent_id) {
                tree = present.place(id, new.parent_id.as_deref(), &new.slug)?;
                parts.add(Part::Tree, self.put_tree(&tree, present.version)?);
            }
            let (before, after) = (with_path(old, &present), with_path(new, &tree));
            parts.record(Part::Entry, audit_log::entry(Some(&before), Some(&after), &AUDITED)?);
            if self.write(parts).await?.is_done() {
                return Ok(after);
            }
        }
    }

    /// Deletes a category that no product is in and that has none below it, if `allow` does not refuse it.
    ///
    /// # Errors
    /// `NotFound` · what `allow` says · `Conflict` (`in_use`) naming how many products and categories are in
    /// it · `Unavailable` when others keep writing.
    pub async fn delete_category(&self, id: &str, allow: impl Fn(&Category) -> Result<(), Error>) -> Result<(), Error> {
        let mut attempts = Attempts::of("the category");
        loop {
            attempts.next().await?;
            let category = self.category_to_change(id).await?.value;
            allow(&category)?;
            let present = self.tree(true).await?;
            let tree = match present.without(id) {
                Some(tree) if category.products == 0 => tree,
                _ => return Err(in_use("category", category.products, present.children(Some(id)).count())),
            };
            let mut parts = Parts::new();
            parts.add(Part::Category, self.delete_over(&category_key(id), category.version, Some(0))?);
            parts.add(Part::Tree, self.put_tree(&tree, present.version)?);
            let placed = with_path(category, &present);
            parts.record(Part::Entry, audit_log::entry(Some(&placed), None, &AUDITED)?);
            if self.write(parts).await?.is_done() {
                return Ok(());
            }
        }
    }

    async fn category_to_change(&self, id: &str) -> Result<Stored<Category>, Error> {
        let stored = self.read(&category_key(id), true).await?;
        stored.ok_or_else(|| Error::not_found("There is no category with this id."))
    }

    /// What a repeated request for a new category made the first time, if it did.
    async fn repeated(&self, category: &Category, fingerprint: &str) -> Result<Option<Outcome<Placed>>, Error> {
        let Some(stored) = self.read::<Stored<Category>>(&category_key(&category.id), true).await? else {
            return Ok(None);
        };
        let tree = self.tree(true).await?;
        let same = stored.fingerprint == fingerprint;
        Ok(Some(if same { Outcome::Replayed(with_path(stored.value, &tree)) } else { Outcome::KeyReused }))
    }

    fn put_tree(&self, tree: &Tree, version: u64) -> Result<aws_sdk_dynamodb::types::TransactWriteItem, Error> {
        let mut item = dynamo::to_item(tree)?;
        item.insert("pk".to_owned(), text(TREE));
        if version == 0 { self.put_new(item) } else { self.put_over(item, version) }
    }
}

fn with_path(category: Category, tree: &Tree) -> Placed {
    Placed { path: tree.path(&category.id), category }
}

fn item(category: &Category, fingerprint: &str) -> Result<Item, Error> {
    let mut item: HashMap<_, _> = dynamo::to_item(category)?;
    item.insert("pk".to_owned(), text(category_key(&category.id)));
    item.insert("fingerprint".to_owned(), text(fingerprint));
    Ok(dynamo::stamped(item))
}
