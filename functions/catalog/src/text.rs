//! Text as people search for it: accents, case and punctuation do not matter.

use std::collections::BTreeSet;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

/// Letters of a word that are kept: longer ones are found by their beginning.
const LONGEST_WORD: usize = 30;

/// A text without accents and case, its words apart by single spaces: `Café-Crème` is `cafe creme`.
pub fn fold(text: &str) -> String {
    // The accents of Latin, Greek and Cyrillic letters; other scripts' marks tell words apart.
    let plain: String = text.nfkd().filter(|character| !('\u{300}'..='\u{36f}').contains(character)).collect();
    let folded: String = default_case_fold_str(&plain).nfkc().collect();
    let words: Vec<&str> = folded.split(|character: char| !character.is_alphanumeric()).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A text as a part of a URL: `Café-Crème` is `cafe-creme`. Empty when it has no letter and no digit.
pub fn slug(text: &str) -> String {
    fold(text).replace(' ', "-")
}

/// The different words of texts.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let folded = texts.into_iter().map(fold).collect::<Vec<_>>().join(" ");
    let cut = |word: &str| word.chars().take(LONGEST_WORD).collect();
    folded.split(' ').filter(|word| !word.is_empty()).map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        for (one, other) in
            [("Café", "cafe"), ("CRÈME-brûlée!", "creme brulee"), ("Ⅷ ﬁn", "viii fin"), ("Straße", "STRASSE")]
        {
            assert_eq!(fold(one), fold(other));
        }
        assert_eq!(slug("  Tea & Coffee  "), "tea-coffee");
        assert_eq!(slug("🦀"), "");
        assert_ne!(fold("カバー"), fold("カハー"));
    }

    #[test]
    fn words_are_told_once() {
        let found = words(["Espresso cup", "CUP-ESP-60", "coffee"]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["60", "coffee", "cup", "esp", "espresso"]);
    }
}
