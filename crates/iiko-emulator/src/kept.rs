//! Lists that people look at: what is oldest is forgotten, so that an emulator can run for weeks.

use std::collections::VecDeque;

/// How many are kept where nothing else is said.
pub(crate) const KEPT: usize = 1_000;

/// Adds `item`, and forgets the oldest where there are more than `most` then. Gives how many were forgotten.
pub(crate) fn keep<T>(list: &mut VecDeque<T>, item: T, most: usize) -> usize {
    list.push_back(item);
    let over = list.len().saturating_sub(most);
    list.drain(..over);
    over
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::keep;

    #[test]
    fn the_oldest_is_forgotten_even_where_too_many_were_kept() {
        let mut list: VecDeque<u8> = (1..=5).collect();
        assert_eq!(keep(&mut list, 6, 3), 3);
        assert_eq!(list, [4, 5, 6]);
        assert_eq!((keep(&mut list, 7, 3), list.len()), (1, 3));
    }
}
