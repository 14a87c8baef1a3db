//! Hashes of the parts of a pass.

/// The hash of a text.
#[inline]
pub(super) fn of(text: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text)
}

/// One hash of two, by the halves of a product ("folded multiply"). The order of the two counts.
#[inline]
pub(super) const fn join(left: u64, right: u64) -> u64 {
    // The fractions of the square roots of 2 and 3: any odd numbers of many bits do.
    const LEFT: u64 = 0x6a09_e667_f3bc_c909;
    const RIGHT: u64 = 0xbb67_ae85_84ca_a73b;
    let product = (left ^ LEFT) as u128 * (right.rotate_left(32) ^ RIGHT) as u128;
    (product as u64) ^ (product >> 64) as u64
}
