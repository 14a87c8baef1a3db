//! E-mail addresses.

use std::borrow::Cow;

use idna::AsciiDenyList;
use memchr::{memchr, memrchr};

use super::text::{casefold, nfc};

/// One spelling for every way to write a mailbox; `None` if the value cannot be an address.
///
/// No white space around it; the domain in ASCII and lower case (UTS #46, so `müller.de` and `XN--MLLER-KVA.DE` are
/// one), and without the root's dot; the local part composed and case-folded; and without dots and tag where the
/// provider ignores them: Google Mail, in both its domains (support.google.com/mail/answer/7436150 for the dots,
/// answer/22370 for tags).
pub(super) fn email(value: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let text = value.trim();
    let (local, domain) = text.rsplit_once('@')?;
    // RFC 5321: a dot stands between letters.
    if local.starts_with('.') || local.ends_with('.') {
        return None;
    }
    let domain = to_ascii(domain)?;
    let mut local = nfc(casefold(nfc(Cow::Borrowed(local))));
    let mut domain = domain.as_ref();
    if matches!(domain, "gmail.com" | "googlemail.com") {
        domain = "gmail.com";
        if local.contains(['.', '+']) {
            let before_tag = local.split('+').next().unwrap_or_default();
            local = Cow::Owned(before_tag.chars().filter(|letter| *letter != '.').collect());
        }
    }
    let is_normal =
        value.len() == local.len() + 1 + domain.len() && value.starts_with(&*local) && value.ends_with(domain);
    let address = if is_normal { value } else { Cow::Owned([&local, "@", domain].concat()) };
    is_email(&address).then_some(address)
}

/// A domain in ASCII and lower case, without the dot of the root.
fn to_ascii(domain: &str) -> Option<Cow<'_, str>> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let ascii = if domain.bytes().all(is_plain) && !domain.contains("xn--") {
        Cow::Borrowed(domain)
    } else {
        idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::URL).ok()?
    };
    ascii.split('.').all(|label| !label.is_empty()).then_some(ascii)
}

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
/// domain that ends in a dot and at least two letters a-z, or an internationalised top-level domain in ASCII.
/// `[^@\s]+@[^@\s]+\.([a-z]{2,}|xn--[a-z0-9-]+)`
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
        && (top.iter().all(u8::is_ascii_lowercase) || is_a_label(top))
        && memchr(b'@', domain).is_none()
        && !has_white_space(value)
}

fn has_white_space(value: &str) -> bool {
    // Without an early exit, so that many bytes are compared at once.
    let is_graphic = value.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic());
    !is_graphic
        && if value.is_ascii() { value.bytes().any(|byte| byte <= b' ') } else { value.contains(char::is_whitespace) }
}

/// Whether a label is an internationalised one in ASCII (RFC 5890), by its form.
fn is_a_label(label: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    label.strip_prefix(b"xn--").is_some_and(|rest| !rest.is_empty() && rest.iter().all(is_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_spelling() {
        let cases = [
            ("anna@x.de", Some("anna@x.de")),
            ("  Anna.Weber@X.DE\n", Some("anna.weber@x.de")),
            ("anna@x.de.", Some("anna@x.de")),
            ("anna.@x.de", None),
            (".anna@x.de", None),
            // support.google.com/mail/answer/7436150: dots do not matter. answer/22370: tags. Both domains are one.
            ("john.smith@gmail.com", Some("johnsmith@gmail.com")),
            ("jo.hn.sm.ith@gmail.com", Some("johnsmith@gmail.com")),
            ("JOHN.SMITH@Gmail.com", Some("johnsmith@gmail.com")),
            ("johnsmith+school@GoogleMail.com", Some("johnsmith@gmail.com")),
            ("+school@gmail.com", None),
            // Dots and tags mean something elsewhere.
            ("john.smith+school@x.de", Some("john.smith+school@x.de")),
            ("a.b@gmail.com.x.de", Some("a.b@gmail.com.x.de")),
            // UTS #46, section 3 and 4, and RFC 5891: U-label and A-label are one; ß is a letter of its own.
            ("a@Bücher.example", Some("a@xn--bcher-kva.example")),
            ("a@xn--bcher-kva.example", Some("a@xn--bcher-kva.example")),
            ("a@XN--BCHER-KVA.EXAMPLE", Some("a@xn--bcher-kva.example")),
            ("a@Bu\u{308}cher.example", Some("a@xn--bcher-kva.example")),
            ("a@faß.de", Some("a@xn--fa-hia.de")),
            ("a@ÖBB.at", Some("a@xn--bb-eka.at")),
            ("a@ｘ。ｄｅ", Some("a@x.de")),
            ("почта@пример.рф", Some("почта@xn--e1afmkfd.xn--p1ai")),
            ("a@xn--a.de", None),
            ("a@xn--0.de", None),
            // CaseFolding.txt and UAX #15 in the local part.
            ("JÜRGEN@x.de", Some("jürgen@x.de")),
            ("Ju\u{308}rgen@x.de", Some("jürgen@x.de")),
            ("groß@x.de", Some("gross@x.de")),
            ("n/a", None),
            ("", None),
            ("@x.de", None),
            ("anna@", None),
            ("anna@x", None),
            ("an na@x.de", None),
            ("a@b@x.de", None),
            ("anna@x..de", None),
            ("anna@.x.de", None),
        ];
        for (text, expected) in cases {
            assert_eq!(email(Cow::Borrowed(text)).as_deref(), expected, "{text}");
        }
        assert!(matches!(email(Cow::Borrowed("anna.weber+x@x.de")), Some(Cow::Borrowed(_))));
        assert!(matches!(email(Cow::Borrowed("annaweber@gmail.com")), Some(Cow::Borrowed(_))));
    }

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
        for yes in ["a@b.de", "a.b@c.d.info", "ü@x.de", "a@b.xn--p1ai"] {
            assert!(is_email(yes), "{yes}");
        }
        for no in
            ["", "a", "a@b", "@b.de", "a@.de", "a@b.d", "a@b.d3", "a@b.DE", "a b@c.de", "a@b@c.de", "n/a", "a@b.xn--"]
        {
            assert!(!is_email(no), "{no}");
        }
    }
}
