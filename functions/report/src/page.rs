//! The page of a version: one HTML file without a script, which asks for no other file.

mod chart;
mod date;
mod head;
pub mod number;
mod part;
mod scale;
mod section;
mod verdict;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::Report;
use part::Section;

/// The page's look, in light and dark, on screens and on paper.
const STYLE: &str = include_str!("page/style.css");
/// What a browser may load for the page: nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The page of a report: an HTML document.
pub fn page(report: &Report) -> String {
    let sections = section::all(report);
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content="Onefold";
                link rel="icon" href="data:,";
                title { "Onefold: version of " (report.run) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                div.page {
                    (head::draw(report))
                    (contents(&sections))
                    main id="content" { @for section in &sections { (section.draw()) } }
                    (foot(report))
                }
            }
        }
    };
    document.into_string()
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Sections" {
            ul { @for section in sections { li { a href={ "#" (section.id) } { (section.title) } } } }
        }
    }
}

fn foot(report: &Report) -> Markup {
    html! {
        footer {
            p {
                "The report of run " code { (report.run) } ", without any value of an account. Programs find the same numbers in "
                code { "report.json" } " beside this page."
            }
        }
    }
}

#[cfg(test)]
mod tests;
