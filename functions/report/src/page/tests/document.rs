//! Just enough of a reader of HTML for the pages that this crate makes.

/// A tag of a document, or the text between two of them.
#[derive(Debug)]
pub enum Piece<'p> {
    Open(Tag<'p>),
    Close(&'p str),
    Text(&'p str),
}

/// A tag with its attributes, as they are written.
#[derive(Debug)]
pub struct Tag<'p> {
    pub name: &'p str,
    pub attributes: Vec<(&'p str, &'p str)>,
}

impl<'p> Tag<'p> {
    fn read(text: &'p str) -> Self {
        let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut attributes = Vec::new();
        while let Some((attribute, behind)) = rest.split_once("=\"") {
            let (value, behind) = behind.split_once('"').unwrap();
            attributes.push((attribute.trim_start(), value));
            rest = behind;
        }
        assert_eq!(rest, "", "an attribute has a value");
        Self { name, attributes }
    }

    pub fn attribute(&self, name: &str) -> Option<&'p str> {
        self.attributes.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }
}

/// The tags and texts of a page, which must not have comments.
pub fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some((text, behind)) = rest.split_once('<') {
        let (tag, behind) = behind.split_once('>').unwrap();
        pieces.push(Piece::Text(text));
        pieces.push(match tag.strip_prefix('/') {
            Some(name) => Piece::Close(name),
            None => Piece::Open(Tag::read(tag)),
        });
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The opening tags of a page.
pub fn tags(page: &str) -> Vec<Tag<'_>> {
    let tags = pieces(page).into_iter().filter_map(|piece| if let Piece::Open(tag) = piece { Some(tag) } else { None });
    tags.collect()
}
