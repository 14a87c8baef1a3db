//! The parts that sections are made of.

use maud::{Markup, html};

/// A section of the page.
#[derive(Debug)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What to look for, in one sentence.
    pub look: &'static str,
    /// What it shows.
    pub body: Markup,
}

impl Section {
    /// The section as a part of the page.
    pub fn draw(&self) -> Markup {
        let heading = format!("{}-heading", self.id);
        html! {
            section id=(self.id) aria-labelledby=(heading) {
                h2 id=(heading) { (self.title) }
                p.look { (self.look) }
                (self.body)
            }
        }
    }
}

/// Why there is nothing to show.
pub fn nothing(why: &str) -> Markup {
    html! { p.none { (why) } }
}

/// A chart below its name, with the table of its numbers to fold out.
pub fn figure(name: &str, chart: &Markup, numbers: &Markup) -> Markup {
    html! {
        figure {
            figcaption { (name) }
            (chart)
            (folded("The numbers", numbers))
        }
    }
}

/// What is shown when one asks for it.
pub fn folded(name: &str, content: &Markup) -> Markup {
    html! {
        details {
            summary { (name) }
            div.scroll { (content) }
        }
    }
}

/// A table whose first column names the row and whose other columns are numbers.
pub fn numbers<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Markup {
    html! {
        table {
            thead { tr {
                @for (column, head) in heads.into_iter().enumerate() { th.number[column > 0] scope="col" { (head) } }
            } }
            tbody {
                @for row in rows {
                    tr {
                        @for (column, cell) in row.into_iter().enumerate() {
                            @if column == 0 { th scope="row" { (name(&cell)) } } @else { td.number { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

/// A name of the configuration or a key, which may be broken behind its parts if there is no better place.
pub fn name(name: &str) -> Markup {
    if name.contains(' ') {
        return html! { (name) };
    }
    html! { @for part in name.split_inclusive(['_', '.', '/', '-']) { (part) wbr; } }
}

/// A sentence that names things of which there is nothing to show; empty if there are none.
pub fn without<'n>(what: &str, names: impl Iterator<Item = &'n str>) -> Markup {
    let names: Vec<&str> = names.collect();
    html! { @if !names.is_empty() { p.note { (what) ": " (names.join(", ")) "." } } }
}

/// The empty head of a column of bars.
pub fn bar_head() -> Markup {
    html! { th.bars scope="col" { span.unseen { "Bar" } } }
}
