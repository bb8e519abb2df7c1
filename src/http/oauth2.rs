//! OAuth2 tokens (RFC 6749): obtained when first needed, renewed before they expire and once after a 401.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroize as _;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::auth::secret_value;
use super::{Authorize, Body, Cause, Client, HttpError, Refusal, Request, Response, Retry, Unauthenticated};

/// Which grant to ask for.
#[derive(Debug)]
pub enum Grant {
    /// RFC 6749, 4.4.
    ClientCredentials,
    /// RFC 6749, 4.3.
    Password {
        /// Resource owner.
        username: SecretString,
        /// Their password.
        password: SecretString,
    },
}

/// An OAuth2 client.
#[derive(Debug)]
pub struct OAuth2 {
    /// Token endpoint.
    pub token_url: Url,
    /// Client id.
    pub client_id: SecretString,
    /// Client secret.
    pub client_secret: SecretString,
    /// Which grant.
    pub grant: Grant,
    /// Space-separated scopes.
    pub scope: Option<&'static str>,
    /// A vendor's own headers on the token request.
    pub headers: Vec<(&'static str, String)>,
    token: Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    value: HeaderValue,
    renew_at: Instant,
}

/// RFC 6749, 5.1.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
    expires_in: Option<f64>,
}

/// Renewed this long before it expires, so that a request under way doesn't outlive it.
const EARLY: Duration = Duration::from_mins(1);

/// When the answer doesn't say how long a token lives.
const DEFAULT_LIFETIME: Duration = Duration::from_mins(5);

impl OAuth2 {
    /// A client that has no token yet.
    pub fn new(token_url: Url, client_id: SecretString, client_secret: SecretString, grant: Grant) -> Self {
        Self { token_url, client_id, client_secret, grant, scope: None, headers: Vec::new(), token: Mutex::new(None) }
    }

    async fn obtain(&self, client: &Client) -> Result<Token, Cause> {
        let mut form = vec![("client_id", self.client_id.clone()), ("client_secret", self.client_secret.clone())];
        match &self.grant {
            Grant::ClientCredentials => form.push(("grant_type", "client_credentials".into())),
            Grant::Password { username, password } => {
                form.push(("grant_type", "password".into()));
                form.push(("username", username.clone()));
                form.push(("password", password.clone()));
            }
        }
        form.extend(self.scope.map(|scope| ("scope", scope.into())));
        let mut request = Request::post(self.token_url.clone(), Body::Form(form)).header("accept", "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response =
            Box::pin(client.call(&request, &Unauthenticated, &token_refusal)).await.map_err(token_error)?;
        let answer: TokenAnswer = serde_json::from_slice(&response.body).map_err(|_| {
            let found = "expected JSON with access_token".to_owned();
            token_error(HttpError::new(&request, Cause::Unexpected { status: response.status, found }))
        })?;
        response.body.zeroize();
        client.redactor().add(&answer.access_token);
        let lifetime = answer
            .expires_in
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or(DEFAULT_LIFETIME)
            .min(Duration::from_hours(24));
        // A token that lives shorter than the margin is used for half its life.
        let usable = lifetime.checked_sub(EARLY).filter(|left| *left > EARLY).unwrap_or(lifetime / 2);
        Ok(Token {
            value: secret_value("Bearer ", answer.access_token.expose_secret())?,
            renew_at: Instant::now() + usable,
        })
    }
}

impl Authorize for OAuth2 {
    fn header<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Option<(HeaderName, HeaderValue)>, Cause>> {
        Box::pin(async {
            // Held while a token is obtained, so that concurrent pages ask for one and not for many.
            let mut token = self.token.lock().await;
            if token.as_ref().is_none_or(|token| Instant::now() >= token.renew_at) {
                *token = Some(self.obtain(client).await?);
            }
            Ok(token.as_ref().map(|token| (AUTHORIZATION, token.value.clone())))
        })
    }

    fn renew<'a>(&'a self, refused: &'a HeaderValue) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let mut token = self.token.lock().await;
            // Another request may have renewed it already.
            if token.as_ref().is_some_and(|token| token.value == *refused) {
                *token = None;
            }
            true
        })
    }
}

fn token_error(error: HttpError) -> Cause {
    Cause::Token(Box::new(error))
}

/// RFC 6749, 5.2: a refusal names its error and may describe it.
fn token_refusal(response: &Response) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct TokenError {
        error: String,
        error_description: Option<String>,
    }
    if response.is_success() {
        return Ok(());
    }
    let retry = match Retry::for_status(response.status) {
        Retry::WithNewCredentials => Retry::Never,
        other => other,
    };
    let message = match serde_json::from_slice::<TokenError>(&response.body) {
        Ok(TokenError { error, error_description: Some(description) }) => format!("{error}, {description}"),
        Ok(TokenError { error, .. }) => error,
        Err(_) => response.excerpt(),
    };
    Err(Refusal { message, retry })
}
