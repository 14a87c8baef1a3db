//! Which passes of blocking a model keeps.

/// Fewer links do not show that a pass finds nothing: of a pass that finds one link in 10,000, none is seen among 30,000 with
/// a chance of 5 % (the rule of three).
const LINKS_MIN: u64 = 30_000;
/// At most one link in so many may be lost.
const LINKS_PER_LOST: u64 = 10_000;

/// Whether each pass stays where a model is used again.
///
/// `first_found` has for each pass how many links it found that no pass of a lower rank found. A pass of few such links goes,
/// so long as all that go have no more than one link in 10,000 together. No more are lost, as all other links have a pass that
/// stays.
pub fn useful(first_found: &[u64]) -> Vec<bool> {
    let links: u64 = first_found.iter().sum();
    let mut stays = vec![true; first_found.len()];
    if links < LINKS_MIN {
        return stays;
    }
    let mut by_links: Vec<usize> = (0..first_found.len()).collect();
    // Of two that find as many, the later goes.
    by_links.sort_unstable_by_key(|pass| (first_found[*pass], std::cmp::Reverse(*pass)));
    let mut lost = 0;
    for pass in by_links {
        lost += first_found[pass];
        if lost > links / LINKS_PER_LOST {
            break;
        }
        stays[pass] = false;
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_that_find_next_to_nothing_go() {
        assert_eq!(useful(&[60_000, 0, 8, 3, 2, 40_000]), [true, false, true, false, false, true]);
        assert_eq!(useful(&[60_000, 6, 6, 40_000]), [true, true, false, true]);
        assert_eq!(useful(&[30_000, 0]), [true, false]);
        assert_eq!(useful(&[]), [true; 0]);
    }

    #[test]
    fn few_links_say_nothing() {
        assert_eq!(useful(&[29_999, 0]), [true, true]);
        assert_eq!(useful(&[0, 0]), [true, true]);
    }
}
