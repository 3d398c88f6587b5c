//! Text as people compare, sort and search it: accents, case, punctuation and characters that cannot be seen do not
//! matter. The one folding of the shop; `ops/zoco/catalogue/spelling.py` has the same, and `tests/folding.json` is what
//! both are tested with.
//!
//! Sources: Unicode Standard, sections 3.13 (case folding) and 2.11 (combining marks), UAX #15 (normalization).

use caseless::default_case_fold_str;
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// A text without accents and case, its words apart by single spaces: `Café-Crème` is `cafe creme`. Marks that make
/// another letter in other scripts (Thai, Hindi, Japanese …) stay part of their word.
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|character| !is_accent(*character) && !is_invisible(*character)).collect();
    let mut folded = String::with_capacity(plain.len());
    for character in default_case_fold_str(&plain).chars() {
        match without_decomposition(character) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(character),
        }
    }
    let composed: String = folded.nfkc().collect();
    let words = composed.split(|character| !is_part_of_a_word(character));
    words.filter(|word| word.chars().any(is_letter_or_digit)).collect::<Vec<_>>().join(" ")
}

/// A text as a part of a URL: `Café-Crème` is `cafe-creme`, `C++` is `c-plus-plus`. Empty when it has no letter and no
/// digit.
pub fn slug(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    for character in text.chars() {
        // Right after a name, these signs tell it from another: C, C++, C#.
        let after_a_name = spelled.chars().next_back().is_some_and(|last| !last.is_whitespace());
        match character {
            '+' if after_a_name => spelled.push_str("-plus"),
            '#' if after_a_name => spelled.push_str("-sharp"),
            other => spelled.push(other),
        }
    }
    fold(&spelled).replace(' ', "-")
}

/// A line without characters that cannot be seen: soft hyphens, zero-width spaces, byte order marks, marks of direction.
/// Joiners stay, which some scripts and emoji are written with.
pub fn visible(text: &str) -> String {
    let hidden = |character: &char| {
        matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
    };
    text.chars().filter(|character| !hidden(character)).collect()
}

/// The accents of Latin, Greek and Cyrillic letters, and marks around symbols.
fn is_accent(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Characters of format, and those that choose between two pictures of a character.
fn is_invisible(character: char) -> bool {
    get_general_category(character) == GeneralCategory::Format
        || matches!(character, '\u{180b}'..='\u{180d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_letter_or_digit(character: char) -> bool {
    use GeneralCategory::{
        DecimalNumber, LetterNumber, LowercaseLetter, ModifierLetter, OtherLetter, OtherNumber, TitlecaseLetter,
        UppercaseLetter,
    };
    matches!(
        get_general_category(character),
        UppercaseLetter
            | LowercaseLetter
            | TitlecaseLetter
            | ModifierLetter
            | OtherLetter
            | DecimalNumber
            | LetterNumber
            | OtherNumber
    )
}

fn is_part_of_a_word(character: char) -> bool {
    is_letter_or_digit(character)
        || matches!(get_general_category(character), GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark)
}

/// Latin letters that Unicode does not take apart, as they are written without them.
fn without_decomposition(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ı' => "i",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ø' => "o",
        'ħ' => "h",
        'ŧ' => "t",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_examples_that_the_scripts_are_tested_with_fold_the_same_here() {
        let examples: Vec<Value> = serde_json::from_str(include_str!("../tests/folding.json")).unwrap();
        for example in &examples {
            let text = example["text"].as_str().unwrap();
            assert_eq!(fold(text), example["fold"], "{text}");
            assert_eq!(slug(text), example["slug"], "{text}");
        }
        assert!(examples.len() > 30);
    }

    #[test]
    fn what_cannot_be_seen_is_taken_out_of_a_line_and_joiners_stay() {
        assert_eq!(visible("\u{feff}Caf\u{ad}e\u{301} \u{202e}x\u{200b}"), "Cafe\u{301} x");
        assert_eq!(visible("👩\u{200d}🍳"), "👩\u{200d}🍳");
    }
}
