//! The query parameters of a request: words, ids, `include` and `sort`, each fault naming its parameter.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::ids;

/// Query parameters by name.
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// From names and values.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that is one of a few words, as what each stands for.
    ///
    /// # Errors
    /// 400 naming the parameter for any other.
    pub fn word<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<Option<T>, Error> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| Some(*value));
        found.ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            Error::parameter(name, format!("Ask for one of {}.", words.join(", ")))
        })
    }

    /// A parameter that names ids, separated by commas: each different one.
    ///
    /// # Errors
    /// 400 naming the parameter without an id, with more than `most`, and with one twice.
    pub fn list(&self, name: &str, most: usize) -> Result<Option<Vec<&str>>, Error> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let ids: Vec<&str> = text.split(',').filter(|id| ids::is_id(id)).collect();
        let different: BTreeSet<&&str> = ids.iter().collect();
        match different.len() == text.split(',').count() && different.len() <= most {
            true => Ok(Some(ids)),
            false => Err(Error::parameter(name, format!("Name 1 to {most} different ids, separated by commas."))),
        }
    }

    /// The relationships that `include` asks for, each among those the endpoint can include.
    ///
    /// # Errors
    /// 400 naming `include` for any other path.
    pub fn include(&self, known: &[&str]) -> Result<BTreeSet<&str>, Error> {
        let paths: BTreeSet<&str> = self.get("include").into_iter().flat_map(|paths| paths.split(',')).collect();
        match paths.iter().find(|path| !path.is_empty() && !known.contains(path)) {
            Some(path) => {
                let detail = format!("{path:?} cannot be included here. What can be: {}.", known.join(", "));
                Err(Error::parameter("include", detail))
            }
            None => Ok(paths),
        }
    }

    /// The order that `sort` asks for: one of the known fields, and whether descending (`-`).
    ///
    /// # Errors
    /// 400 naming `sort` for any other.
    pub fn sort<T: Copy>(&self, known: &[(&str, T)]) -> Result<Option<(T, bool)>, Error> {
        let Some(sort) = self.get("sort") else { return Ok(None) };
        let (field, descending) = sort.strip_prefix('-').map_or((sort, false), |field| (field, true));
        let found = known.iter().find(|(name, _)| *name == field).map(|(_, value)| Some((*value, descending)));
        found.ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let detail =
                format!("Lists sort by one of {}, each also descending with a `-` in front.", names.join(", "));
            Error::parameter("sort", detail)
        })
    }
}
