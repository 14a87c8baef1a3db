//! The header `Link` (RFC 8288).

/// The target of the first link with the relation `next`, in the values of the headers `Link`.
///
/// Links with an `anchor` belong to another page, so they are ignored, as is the rest of a value that breaks the RFC's
/// grammar.
pub(super) fn next<'h>(values: impl IntoIterator<Item = &'h str>) -> Option<&'h str> {
    values.into_iter().find_map(|value| {
        let mut rest = value;
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let (target, behind) = rest.strip_prefix('<')?.split_once('>')?;
            let parameters = LinkParameters::read(behind)?;
            if parameters.is_next && !parameters.has_anchor {
                return Some(target.trim());
            }
            rest = parameters.rest;
        }
    })
}

/// What the parameters of one link say.
#[derive(Default)]
struct LinkParameters<'h> {
    is_next: bool,
    has_anchor: bool,
    /// The text behind the link.
    rest: &'h str,
}

impl<'h> LinkParameters<'h> {
    fn read(mut text: &'h str) -> Option<Self> {
        let mut found = Self::default();
        let mut has_rel = false;
        loop {
            text = text.trim_start_matches([' ', '\t']);
            let Some(behind) = text.strip_prefix(';') else {
                let is_end = text.is_empty() || text.starts_with(',');
                return is_end.then_some(Self { rest: text, ..found });
            };
            let behind = behind.trim_start_matches([' ', '\t']);
            let end = behind.find(['=', ';', ',', ' ', '\t']).unwrap_or(behind.len());
            let (name, behind) = behind.split_at(end);
            let after_name = behind.trim_start_matches([' ', '\t']);
            let (value, behind) = match after_name.strip_prefix('=') {
                Some(behind) => value(behind.trim_start_matches([' ', '\t']))?,
                None => ("", after_name),
            };
            // The first of several `rel` counts. Registered relations are compared without case.
            if name.eq_ignore_ascii_case("rel") && !has_rel {
                has_rel = true;
                found.is_next = value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"));
            }
            found.has_anchor |= name.eq_ignore_ascii_case("anchor");
            text = behind;
        }
    }
}

/// A token or a quoted string, and the text behind it. Escapes are kept, because no relation has any.
fn value(text: &str) -> Option<(&str, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',', ' ', '\t']).unwrap_or(text.len());
        return Some(text.split_at(end));
    };
    let mut is_escaped = false;
    let end = quoted.find(|letter| {
        let is_end = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    })?;
    Some((&quoted[..end], &quoted[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_next_page() {
        let cases = [
            // RFC 8288, 3.5, with its relations.
            (r#"<http://example.com/TheBook/chapter2>; rel="previous"; title="previous chapter""#, None),
            (r#"</>; rel="http://example.net/foo""#, None),
            (
                r#"</TheBook/chapter2>; rel="previous"; title*=UTF-8'de'letztes%20Kapitel, </TheBook/chapter4>; rel="next"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel"#,
                Some("/TheBook/chapter4"),
            ),
            (r#"<http://example.org/>; rel="start http://example.net/relation/other""#, None),
            // GitHub, "Using pagination in the REST API".
            (
                r#"<https://api.github.com/repositories/1/issues?page=2>; rel="prev", <https://api.github.com/repositories/1/issues?page=4>; rel="next""#,
                Some("https://api.github.com/repositories/1/issues?page=4"),
            ),
            ("<?a=1,2;3>;rel=next", Some("?a=1,2;3")),
            ("<a> ; REL = \"last NEXT\"", Some("a")),
            ("<a>; title=\"say \\\"x, <b>; rel=next\\\"\"; rel=prev, <c>; rel=next", Some("c")),
            ("<a>; rel=prev; rel=next", None),
            ("<a>; rel=next; anchor=\"/other\", <b>; rel=next", Some("b")),
            ("<a>; crossorigin; rel=next", Some("a")),
            ("<a>; rev=next", None),
            ("<a>, <b>; rel=next", Some("b")),
            (",, <a>; rel=next", Some("a")),
            ("<a>; rel=\"next", None),
            ("<a; rel=next", None),
            ("a; rel=next", None),
            ("", None),
        ];
        for (value, expected) in cases {
            assert_eq!(next([value]), expected, "{value}");
        }
        assert_eq!(next(["<a>; rel=prev", "<b>; rel=next"]), Some("b"));
    }
}
