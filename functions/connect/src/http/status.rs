//! What an answer's status means.

use std::time::Duration;

use hyper::StatusCode;
use onefold_config::HttpAuth;

/// Why a request gave no page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RequestFailure {
    /// It may succeed later.
    Passing {
        /// What happened, as the rest of a sentence about the request.
        what: String,
        /// How long the server asks to wait.
        asked: Option<Duration>,
    },
    /// It will fail again until somebody mends something.
    Lasting {
        /// What happened, as the rest of a sentence about the request, and what to do.
        what: String,
    },
}

impl RequestFailure {
    pub(super) fn passing(what: impl Into<String>) -> Self {
        Self::Passing { what: what.into(), asked: None }
    }

    pub(super) fn lasting(what: impl Into<String>) -> Self {
        Self::Lasting { what: what.into() }
    }
}

/// The failure that a status means which is no success and no redirect.
pub(super) fn failure(status: StatusCode, asked: Option<Duration>, auth: Option<&HttpAuth>) -> RequestFailure {
    let what = format!("answered {status}");
    let advice = match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            return RequestFailure::Passing { what, asked };
        }
        _ if status.is_server_error() => return RequestFailure::Passing { what, asked },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => match auth {
            Some(auth) => format!("check the secret {:?} and what it permits", auth.secret()),
            None => "write auth in [source.http], if the API wants a token".to_owned(),
        },
        StatusCode::NOT_FOUND | StatusCode::GONE => "check url in [source.http]".to_owned(),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            "check params, page and watermark in [source.http]".to_owned()
        }
        _ => "ask whoever runs the API".to_owned(),
    };
    RequestFailure::lasting(format!("{what}: {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        let asked = Some(Duration::from_secs(7));
        for code in [408, 425, 429, 500, 502, 503, 504, 520] {
            let status = StatusCode::from_u16(code).unwrap();
            let RequestFailure::Passing { what, asked: found } = failure(status, asked, None) else { panic!("{code}") };
            assert!(what.contains(&code.to_string()) && found == asked, "{what}");
        }
        let bearer = HttpAuth::Bearer { secret: "onefold/crm".to_owned() };
        let cases = [
            (401, Some(&bearer), "check the secret \"onefold/crm\""),
            (403, None, "write auth"),
            (404, None, "check url"),
            (422, None, "check params"),
            (418, None, "ask whoever"),
        ];
        for (code, auth, advice) in cases {
            let status = StatusCode::from_u16(code).unwrap();
            let RequestFailure::Lasting { what } = failure(status, asked, auth) else { panic!("{code}") };
            assert!(what.contains(&code.to_string()) && what.contains(advice), "{what}");
        }
    }
}
