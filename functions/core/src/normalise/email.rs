//! E-mail addresses.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

/// Removes everything from the first `+` up to the `@` behind it.
pub(super) fn untag(value: Cow<'_, str>) -> Cow<'_, str> {
    let Some(plus) = memchr(b'+', value.as_bytes()) else {
        return value;
    };
    let Some(at) = value[plus..].find('@') else {
        return value;
    };
    Cow::Owned([&value[..plus], &value[plus + at..]].concat())
}

/// One spelling for addresses of Google Mail, which ignores dots and knows two domains.
pub(super) fn gmail(value: Cow<'_, str>) -> Cow<'_, str> {
    const DOMAIN: &str = "@gmail.com";
    let Some(local) = value.strip_suffix(DOMAIN).or_else(|| value.strip_suffix("@googlemail.com")) else {
        return value;
    };
    if memchr(b'.', local.as_bytes()).is_none() && value.ends_with(DOMAIN) {
        return value;
    }
    let mut normal = String::with_capacity(local.len() + DOMAIN.len());
    normal.extend(local.chars().filter(|letter| *letter != '.'));
    normal.push_str(DOMAIN);
    Cow::Owned(normal)
}

/// Whether a normalised value can be an address: one `@` with something before it, no white space, and a
/// domain that ends in a dot and at least two letters a-z. `[^@\s]+@[^@\s]+\.[a-z]{2,}`
pub fn is_email(value: &str) -> bool {
    let bytes = value.as_bytes();
    let Some(at) = memchr(b'@', bytes) else {
        return false;
    };
    let domain = &bytes[at + 1..];
    let Some(dot) = memrchr(b'.', domain) else {
        return false;
    };
    let top = &domain[dot + 1..];
    at > 0
        && dot > 0
        && top.len() >= 2
        && top.iter().all(u8::is_ascii_lowercase)
        && memchr(b'@', domain).is_none()
        && !has_white_space(value)
}

fn has_white_space(value: &str) -> bool {
    // Without an early exit, so that many bytes are compared at once.
    let is_graphic = value.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic());
    !is_graphic
        && if value.is_ascii() { value.bytes().any(|byte| byte <= b' ') } else { value.contains(char::is_whitespace) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_tags() {
        let cases = [
            ("anna+shop@x.de", "anna@x.de"),
            ("anna+a+b@x.de", "anna@x.de"),
            ("anna@x.de", "anna@x.de"),
            ("+anna", "+anna"),
            ("anna@x+y.de", "anna@x+y.de"),
        ];
        for (text, expected) in cases {
            assert_eq!(untag(Cow::Borrowed(text)), expected);
        }
    }

    #[test]
    fn gmail_ignores_dots_and_has_two_domains() {
        let cases = [
            ("a.n.na@gmail.com", "anna@gmail.com"),
            ("a.nna@googlemail.com", "anna@gmail.com"),
            ("anna@googlemail.com", "anna@gmail.com"),
            ("a.nna@notgmail.com", "a.nna@notgmail.com"),
        ];
        for (text, expected) in cases {
            assert_eq!(gmail(Cow::Borrowed(text)), expected);
        }
    }

    #[test]
    fn knows_addresses() {
        for yes in ["a@b.de", "a.b@c.d.info", "ü@x.de"] {
            assert!(is_email(yes), "{yes}");
        }
        for no in ["", "a", "a@b", "@b.de", "a@.de", "a@b.d", "a@b.d3", "a@b.DE", "a b@c.de", "a@b@c.de", "n/a"] {
            assert!(!is_email(no), "{no}");
        }
    }
}
