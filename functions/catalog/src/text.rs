//! The words that products are searched by.

use kernel::text::fold;

/// Letters of a word that are stored: longer ones are found by their beginning.
const LONGEST_WORD: usize = 30;

/// The different words of texts, in the order of their first appearance.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in texts {
        for word in fold(text).split(' ').filter(|word| !word.is_empty()).map(cut) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

/// As much of a word as is stored.
pub fn cut(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_there_once_in_the_order_of_appearance() {
        assert_eq!(words(["Espresso cup", "CUP-ESP-60", "coffee"]), ["espresso", "cup", "esp", "60", "coffee"]);
    }
}
