//! What a whole answer means: success, a refusal, one of the three 401s, or no answer of iiko at all.

use crate::{
    answer::{Refusal, find_tear, read_refusal},
    denial::Denial,
    error::Error,
    login,
    redact::Redactor,
    retry::Failure,
    transport::{Incoming, Lost},
};

/// In characters. A stack trace has its place in the raw body.
const LONGEST_DESCRIPTION: usize = 1000;

/// What was asked, as far as the verdict depends on it.
pub(crate) struct Question<'a> {
    pub(crate) operation: &'static str,
    pub(crate) redactor: &'a Redactor,
    /// Whether this call was already repeated with a new token.
    pub(crate) renewed: bool,
    /// Whether an empty body is what a success looks like.
    pub(crate) answers_nothing: bool,
    /// Whether a token is what a success holds.
    pub(crate) is_login: bool,
}

/// Gives the answer back where it is one of success.
pub(crate) fn check(incoming: Incoming, question: &Question<'_>) -> Result<Incoming, Lost> {
    let &Question {
        operation,
        redactor,
        renewed,
        answers_nothing,
        is_login,
    } = question;
    if !(200..300).contains(&incoming.status) {
        return Err(refuse(operation, incoming, redactor, |words| {
            let denial = if is_login {
                // No token was sent, so none can have been refused.
                Denial::Login
            } else {
                Denial::from_words(words)
            };
            let failure = match denial {
                Denial::Token => Failure::TokenRefused { renewed },
                Denial::Login | Denial::Right => Failure::Refused {
                    status: 401,
                    retry_after: None,
                },
            };
            (denial, failure)
        }));
    }
    if answers_nothing && incoming.body.trim_ascii().is_empty() {
        return Ok(incoming);
    }
    match find_tear(&incoming.body) {
        Some(problem) if is_login => Err(login::torn(operation, incoming, problem)),
        Some(problem) => Err(torn(operation, incoming, problem, redactor)),
        None => Ok(incoming),
    }
}

/// A refusal in all its parts. `on_401` says from iiko's words which 401 it is.
pub(crate) fn refuse(
    operation: &'static str,
    incoming: Incoming,
    redactor: &Redactor,
    on_401: impl FnOnce(&str) -> (Denial, Failure),
) -> Lost {
    let Incoming {
        status,
        body,
        correlation_id,
        retry_after,
    } = incoming;
    let Refusal {
        code,
        description: words,
    } = read_refusal(&body);
    // Masked before it is shortened: half a secret would not be known for one.
    let mut description = redactor.body(words.as_bytes());
    if let Some((end, _)) = description.char_indices().nth(LONGEST_DESCRIPTION) {
        description.truncate(end);
        description.push('…');
    }
    let code = code.map(|code| redactor.text(&code));
    let raw = redactor.body(&body);
    let (error, failure) = if status == 401 {
        let (denial, failure) = on_401(&words);
        let error = Error::Unauthorized {
            operation,
            denial,
            status,
            description,
            correlation_id,
            raw,
        };
        (error, failure)
    } else {
        let error = Error::Refused {
            operation,
            status,
            code,
            description,
            correlation_id,
            raw,
        };
        (
            error,
            Failure::Refused {
                status,
                retry_after,
            },
        )
    };
    Lost {
        error: Box::new(error),
        failure,
    }
}

pub(crate) fn torn(
    operation: &'static str,
    incoming: Incoming,
    problem: String,
    redactor: &Redactor,
) -> Lost {
    let Incoming {
        status,
        body,
        correlation_id,
        ..
    } = incoming;
    let raw = redactor.body(&body);
    let error = Error::Torn {
        operation,
        status,
        problem,
        correlation_id,
        raw,
    };
    Lost {
        error: Box::new(error),
        failure: Failure::NotJson,
    }
}
