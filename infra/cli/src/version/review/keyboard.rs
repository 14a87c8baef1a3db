//! What a person presses: single keys at a terminal, or a line for each from a pipe.

use std::io::{BufRead, stdin};

use console::{Key, Term};

use super::answer::AnswerKind;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// Answer.
    Answer(AnswerKind),
    /// Take the last answer back.
    Back,
    /// End.
    Quit,
    /// No key of ours.
    Unknown,
}

/// Where keys come from.
pub(super) trait Keyboard {
    /// The next key. The end of the input is [`Press::Quit`].
    fn next(&mut self) -> Press;
}

/// A terminal, or lines from a pipe.
pub(super) struct Input {
    terminal: Option<Term>,
}

impl Input {
    /// The standard input.
    pub(super) fn open() -> Self {
        use std::io::IsTerminal;
        Self { terminal: stdin().is_terminal().then(Term::stderr) }
    }
}

impl Keyboard for Input {
    fn next(&mut self) -> Press {
        if let Some(terminal) = &self.terminal {
            return terminal.read_key_raw().map_or(Press::Quit, of_key);
        }
        let mut line = String::new();
        match stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => Press::Quit,
            Ok(_) => of_line(&line),
        }
    }
}

fn of_key(key: Key) -> Press {
    match key {
        Key::Char(letter) => of_letter(letter),
        Key::ArrowLeft | Key::Backspace => Press::Back,
        Key::ArrowRight => Press::Answer(AnswerKind::Skip),
        // Answers are written already, so there is nothing to lose.
        Key::CtrlC | Key::Escape => Press::Quit,
        _ => Press::Unknown,
    }
}

fn of_line(line: &str) -> Press {
    let mut letters = line.trim().chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => of_letter(letter),
        _ => of_word(&line.trim().to_lowercase()),
    }
}

const fn of_letter(letter: char) -> Press {
    match letter.to_ascii_lowercase() {
        's' => Press::Answer(AnswerKind::Same),
        'd' => Press::Answer(AnswerKind::Different),
        'k' => Press::Answer(AnswerKind::Skip),
        'b' => Press::Back,
        'q' => Press::Quit,
        _ => Press::Unknown,
    }
}

fn of_word(word: &str) -> Press {
    match word {
        "same" => Press::Answer(AnswerKind::Same),
        "different" => Press::Answer(AnswerKind::Different),
        "skip" => Press::Answer(AnswerKind::Skip),
        "back" => Press::Back,
        "quit" => Press::Quit,
        _ => Press::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_lines_mean_the_same() {
        use AnswerKind::{Different, Same, Skip};
        let keys = ['s', 'D', 'k', 'b', 'q', 'x'].map(|letter| of_key(Key::Char(letter)));
        let lines = ["s\n", " different\r\n", "Skip", "b", "QUIT\n", "\n"].map(of_line);
        let expected = [
            Press::Answer(Same),
            Press::Answer(Different),
            Press::Answer(Skip),
            Press::Back,
            Press::Quit,
            Press::Unknown,
        ];
        assert_eq!((keys, lines), (expected, expected));
        let others = [Key::ArrowLeft, Key::ArrowRight, Key::CtrlC, Key::Tab].map(of_key);
        assert_eq!(others, [Press::Back, Press::Answer(Skip), Press::Quit, Press::Unknown]);
    }
}
