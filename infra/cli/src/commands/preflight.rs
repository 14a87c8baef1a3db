//! Checks the folders and files of a command before it starts: a run takes long, so all faults are shown at once and first.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use onefold_config::Config;

use crate::args::{CloudCommand, RunOptions};
use crate::cloud::secrets::SecretsFile;
use crate::data::{DataFolder, config_text};
use crate::error::{Error, describe};
use crate::files::for_each_file;
use crate::run::truth::Truth;
use crate::version::out_folder;

/// Checks the folders and files of a command, and the file of secrets if there is one.
///
/// # Errors
/// All faults, each with its file and line.
pub fn check(command: Option<&CloudCommand>, secrets: Option<&Path>) -> Result<(), Error> {
    let mut faults = Vec::new();
    match command {
        Some(CloudCommand::Run(options)) => check_run(options, &mut faults),
        Some(CloudCommand::Push(options)) => check_data(&options.data, &mut faults),
        Some(CloudCommand::Fetch(options)) => check_out(&options.out, &mut faults),
        _ => {}
    }
    if let Some(error) = secrets.and_then(|path| SecretsFile::read(path).err()) {
        faults.push(describe(&error));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::FailedChecks { faults }) }
}

fn check_run(options: &RunOptions, faults: &mut Vec<String>) {
    check_data(&options.data, faults);
    if let Some(truth) = options.truth_file()
        && let Err(error) = Truth::read(&truth)
    {
        faults.push(describe(&error));
    }
    check_out(&options.out, faults);
    check_apart(&options.data, &options.out, faults);
}

/// Finds what Plan would refuse in a data folder, its configuration and its corrections, and what cannot be uploaded.
fn check_data(data: &Path, faults: &mut Vec<String>) {
    let path = DataFolder::new(data).config_path();
    let text = match config_text(&path) {
        Ok(text) => text,
        Err(error) => return faults.push(describe(&error)),
    };
    let config = Config::parse(&text);
    let sources: Vec<&str> = match &config {
        Ok(config) => config.sources.iter().map(|source| source.name.as_str()).collect(),
        Err(found) => {
            let place = |fault: &onefold_config::ConfigFault| {
                format!("{}:{}:{}: {}", path.display(), fault.line, fault.column, fault.message)
            };
            faults.extend(found.0.iter().map(place));
            Vec::new()
        }
    };
    for part in ["landing", "reference"] {
        faults.extend(for_each_file(&data.join(part), |_, _| {}).err().map(|error| describe(&error)));
    }
    // References in corrections begin with the name of a source.
    if !sources.is_empty() {
        faults.extend(DataFolder::new(data).faults_of_corrections(&sources));
    }
}

/// Checks that results can be written into a folder.
fn check_out(out: &Path, faults: &mut Vec<String>) {
    for folder in [out.to_owned(), out.join(out_folder::HELD)] {
        if folder.exists() && !folder.is_dir() {
            return faults.push(format!("{} is no folder; name one for the results", folder.display()));
        }
    }
    // Folders that do not exist yet will be created in the first one above that does.
    let existing = out.ancestors().find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let existing = existing.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = existing.join(format!(".onefold-probe-{}", std::process::id()));
    match fs::File::create_new(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            faults.push(format!("{} is no folder; name one for the results", existing.display()));
        }
        Err(error) => faults.push(format!("cannot write into {}: {error}", existing.display())),
    }
}

/// Checks that results are not read as data, and that they do not replace the data.
fn check_apart(data: &Path, out: &Path, faults: &mut Vec<String>) {
    let (Some(data_path), Some(out_path)) = (real_path(data), real_path(out)) else { return };
    if out_path.starts_with(&data_path) {
        let (out, data) = (out.display(), data.display());
        faults.push(format!("the folder of results, {out}, is within the data folder, {data}; choose one outside"));
    } else if out_folder::entries().any(|entry| data_path.starts_with(out_path.join(entry))) {
        let (out, data) = (out.display(), data.display());
        faults.push(format!("the data folder, {data}, is where results in {out} would replace it; choose another OUT"));
    }
}

/// A path without links and `..`. Its last folders need not exist.
fn real_path(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let existing = path.ancestors().find(|folder| folder.exists())?;
    let rest = path.strip_prefix(existing).ok()?;
    Some(existing.canonicalize().ok()?.join(rest))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};
    use crate::data::tests::Scratch;

    const CONFIG: &str =
        "[[source]]\nname = \"crm\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";

    fn sound() -> Scratch {
        Scratch::new(&[
            ("data/onefold.toml", CONFIG.as_bytes()),
            ("data/landing/crm/a.csv", b"id\n1\n"),
            ("data/truth.csv", b"\xef\xbb\xbfuid,person\ncrm:1,1\n"),
            ("data/corrections/pairs.csv", b"kind,left,right\nalways,crm:1,crm:2\n"),
        ])
    }

    /// The faults of a run with results in a folder of the scratch.
    fn faults(scratch: &Scratch, out: &str, secrets: Option<&Path>) -> Vec<String> {
        let (data, out) = (scratch.0.join("data"), scratch.0.join(out));
        let line = ["onefold", "run", "--data", data.to_str().unwrap(), "--out", out.to_str().unwrap()];
        let Command::Cloud(command) = Arguments::try_parse_from(line).unwrap().command else { panic!("no run") };
        match check(Some(&command), secrets) {
            Ok(()) => Vec::new(),
            Err(Error::FailedChecks { faults }) => faults,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_sound_folder_is_ready_and_nothing_is_written() {
        let scratch = sound();
        assert_eq!(faults(&scratch, "out/new", None), Vec::<String>::new());
        assert!(!scratch.0.join("out").exists(), "OUT is made when there is something to write");
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);
    }

    #[test]
    fn every_fault_is_told_at_once_with_file_and_line() {
        let scratch = sound();
        scratch.write(&[
            ("data/truth.csv", b"id,customer\ncrm:1,1\n"),
            ("data/corrections/pairs.csv", b"kind,left,right\nalways,crm:1,crm:1\nsometimes,crm:1,crm:2\n"),
            ("data/secrets.toml", b"\"onefold/crm\" = hunter2\n"),
            ("out", b"a file"),
        ]);
        let found = faults(&scratch, "out", Some(&scratch.0.join("data/secrets.toml")));
        for told in [
            "truth.csv: line 1: the first line must name the columns uid and person",
            "corrections/pairs.csv: line 2: left and right are one account",
            "corrections/pairs.csv: line 3: kind must be always, never or skip",
            "secrets.toml: line 1 is not TOML",
            "out is no folder",
        ] {
            assert!(found.iter().any(|fault| fault.contains(told)), "{told}: {found:?}");
        }
        assert_eq!(found.len(), 5, "{found:?}");
        let error = Error::FailedChecks { faults: found }.to_string();
        assert!(error.starts_with("5 faults must be put right first") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn faults_of_the_configuration_have_their_place() {
        let scratch = sound();
        let config = CONFIG.replace("\"csv\"", "\"cvs\"").replace("email", "emial");
        scratch.write(&[("data/onefold.toml", config.as_bytes()), ("data/truth.csv", b"uid,person\na,1\nb\na,2\n")]);
        let found = faults(&scratch, "out", None);
        assert!(found[0].contains("onefold.toml:3:10: unknown format \"cvs\"; did you mean \"csv\"?"), "{found:?}");
        assert!(found[1].contains("onefold.toml:7:7: unknown field \"emial\""), "{found:?}");
        assert!(
            found[2].contains("line 3: a line has too few columns; line 4: an account is there twice"),
            "{found:?}"
        );
        fs::remove_file(scratch.0.join("data/onefold.toml")).unwrap();
        assert!(faults(&scratch, "out", None)[0].contains("onefold init"));
    }

    /// No cloud answers here, and none is booted.
    #[tokio::test]
    async fn what_is_wrong_is_told_before_anything_is_started() {
        let scratch = sound();
        scratch.write(&[("data/truth.csv", b"id,customer\ncrm:1,1\n"), ("file", b"")]);
        let [data, out, file] = ["data", "out", "file"].map(|name| scratch.0.join(name).display().to_string());
        for line in [
            format!("onefold local run --data {data} --out {out}"),
            format!("onefold --endpoint http://127.0.0.1:9 run --data {data} --out {out}"),
            format!("onefold --endpoint http://127.0.0.1:9 push {out}"),
            format!("onefold --endpoint http://127.0.0.1:9 fetch {file}"),
            format!("onefold local --secrets {out} up"),
        ] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            let ended = crate::execute(arguments).await;
            assert!(matches!(&ended, Err(Error::FailedChecks { faults }) if faults.len() == 1), "{line}: {ended:?}");
        }
        assert!(!scratch.0.join("out").exists());
    }

    #[test]
    fn results_are_apart_from_the_data() {
        let scratch = sound();
        for out in ["data", "data/out", "data/landing/crm/../../new", "data/../data/x/y"] {
            let found = faults(&scratch, out, None);
            assert!(found.len() == 1 && found[0].contains("is within the data folder"), "{out}: {found:?}");
        }
        let nested = Scratch::new(&[("customers/data/onefold.toml", CONFIG.as_bytes())]);
        let mut found = Vec::new();
        check_apart(&nested.0.join("customers/data"), &nested.0, &mut found);
        assert!(found[0].contains("would replace it"), "{found:?}");
        found.clear();
        check_apart(&nested.0.join("customers/data"), &nested.0.join("out"), &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
