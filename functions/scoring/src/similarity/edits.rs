//! Optimal string alignment: how many insertions, deletions, substitutions, and swaps of neighbours make one text the other.
//!
//! No part of a text is edited twice. Bit-parallel after H. Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and
//! Damerau Edit Distances" (2003).

use super::{Places, Text};

/// Whether at most one edit makes one text the other.
pub fn is_within_one_edit(a: Text<'_>, b: Text<'_>) -> bool {
    may_be_within(a, b, 1) && is_one_edit(a.bytes, b.bytes)
}

/// Whether at most two edits make one text the other.
pub fn is_within_two_edits(a: Text<'_>, b: Text<'_>) -> bool {
    may_be_within(a, b, 2) && {
        let (a, b) = different_parts(a.bytes, b.bytes);
        distance(a, b) <= 2
    }
}

/// Whether at most one edit makes one text the other, without a look at their letters first.
pub(crate) fn is_one_edit(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    match different_parts(a, b) {
        ([], []) | ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

/// A quick bound: an edit brings in at most one letter and takes out at most one.
fn may_be_within(a: Text<'_>, b: Text<'_>, edits: usize) -> bool {
    a.bytes.len().abs_diff(b.bytes.len()) <= edits && a.missing_in(b) <= edits && b.missing_in(a) <= edits
}

/// Both texts without the beginning and the end that they share. The distance stays the same.
fn different_parts<'t>(a: &'t [u8], b: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let begin = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[begin..], &b[begin..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

/// The distance of two texts of at most 64 bytes. The names of variables are those of the paper.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let Some(last) = a.len().checked_sub(1) else { return b.len() };
    let places = Places::of(a);
    let (mut vp, mut vn, mut d0, mut pm_before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
    let mut distance = a.len();
    for byte in b {
        let pm = places.get(*byte);
        let swapped = (!d0 & pm) << 1 & pm_before;
        d0 = ((pm & vp).wrapping_add(vp) ^ vp) | pm | vn | swapped;
        let hp = vn | !(d0 | vp);
        let hn = d0 & vp;
        distance += (hp >> last & 1) as usize;
        distance -= (hn >> last & 1) as usize;
        let hp = hp << 1 | 1;
        vp = hn << 1 | !(d0 | hp);
        vn = hp & d0;
        pm_before = pm;
    }
    distance
}

#[cfg(test)]
pub(super) fn distance_of(a: &[u8], b: &[u8]) -> usize {
    distance(a, b)
}
