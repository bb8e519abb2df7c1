//! OAuth 2.0 tokens as Cognigy.AI and Vonage hand them out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{json, now, refused};
use crate::base::text::hex;

/// The tokens that were handed out.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Token>>);

/// What a token allows.
#[derive(Clone)]
pub(super) struct Token {
    /// The first second at which it is void.
    pub(super) expires: u64,
    /// Scopes, separated by spaces.
    pub(super) scope: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Hands out a new token, derived from `secret` and how many there were before.
    pub(super) fn issue(&self, secret: &str, scope: &str, lifetime: u64) -> String {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = hex(&Sha256::digest(format!("{secret} token {}", tokens.len())));
        tokens.insert(text.clone(), Token { expires: now().saturating_add(lifetime), scope: scope.to_owned() });
        text
    }

    /// The token, if it was handed out and still lives.
    pub(super) fn valid(&self, text: &str) -> Option<Token> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(text).filter(|token| now() < token.expires).cloned()
    }
}

/// An error of a token endpoint, in the words of RFC 6749.
pub(super) fn error(error: &str, description: &str) -> Response {
    json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": description }))
}

/// Credentials that are wrong.
pub(super) fn denied(code: &str, description: &str) -> Response {
    refused(error(code, description))
}
