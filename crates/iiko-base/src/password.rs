//! Passwords that the program makes up.

use secrecy::SecretString;

/// Without what looks alike: 0 O o, 1 l I.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// More than 110 bits.
const LENGTH: usize = 20;

/// A new random password, safe to copy by hand.
pub fn generate() -> SecretString {
    let letters = (0..LENGTH).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]));
    SecretString::from(letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn passwords_are_long_and_differ() {
        let (one, other) = (generate(), generate());
        assert_eq!(one.expose_secret().len(), LENGTH);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}
