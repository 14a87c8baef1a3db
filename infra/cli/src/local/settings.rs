//! The template's parameters for the local cloud, from `infra/samconfig.toml`.

use std::fs;
use std::path::Path;

use crate::error::Error;

/// A parameter of the template and its value.
pub type Parameter = (String, String);

/// Reads the parameters.
///
/// # Errors
/// The file cannot be read, or does not have them.
pub fn read(path: &Path) -> Result<Vec<Parameter>, Error> {
    let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
    parse(&text).map_err(|reason| Error::malformed(path.display(), reason))
}

fn parse(text: &str) -> Result<Vec<Parameter>, String> {
    let settings: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let of_deploy = settings.get("local").and_then(|local| local.get("deploy")?.get("parameters"));
    let overrides = of_deploy.and_then(|parameters| parameters.get("parameter_overrides")?.as_array());
    let overrides = overrides.ok_or("there are no parameter_overrides in [local.deploy.parameters]")?;
    let parameter = |value: &toml::Value| {
        let (name, value) = value.as_str()?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    let parameters: Option<Vec<Parameter>> = overrides.iter().map(parameter).collect();
    parameters.ok_or_else(|| "each of parameter_overrides must be \"Name=value\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_the_project_are_read() {
        let parameters = parse(include_str!("../../../samconfig.toml")).unwrap();
        assert!(parameters.contains(&("RequireTls".to_owned(), "false".to_owned())), "{parameters:?}");
    }

    #[test]
    fn what_is_no_parameter_is_told() {
        let overrides = |items: &str| parse(&format!("[local.deploy.parameters]\nparameter_overrides = [{items}]"));
        assert_eq!(overrides("\"A=b=c\""), Ok(vec![("A".to_owned(), "b=c".to_owned())]));
        assert!(overrides("\"A\"").unwrap_err().contains("Name=value"));
        assert!(parse("").unwrap_err().contains("no parameter_overrides"));
    }
}
