//! Voximplant: the tokens that clients sign, and the two forms of a call.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

use super::super::vendors::signing_key;
use super::super::{Behaviour, Secrets, Simulators, Vendor};
use super::{Answer, ask, client, serve, url};

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let key = signing_key().unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    json!({ "typ": "JWT", "alg": "RS256", "kid": Secrets::new(7).voximplant_key_id() })
}

fn claims() -> Value {
    json!({ "iss": Secrets::new(7).voximplant_account(), "iat": now() - 5, "exp": now() + 60 })
}

fn with(mut value: Value, key: &str, changed: impl Into<Value>) -> Value {
    value[key] = changed.into();
    value
}

async fn call(simulators: &Simulators, path: &str, token: &str) -> Answer {
    ask(client().post(url(simulators, Vendor::Voximplant, path)).bearer_auth(token)).await
}

#[tokio::test]
async fn tokens_are_really_checked() {
    let simulators = serve(Vendor::Voximplant, Behaviour::default()).await;
    let other_issuer = with(claims(), "iss", 1);
    let long = with(claims(), "exp", now() + 3600);
    let future = with(claims(), "iat", now() + 30);
    let expired = with(with(claims(), "iat", now() - 90), "exp", now() - 30);
    let good = signed(&header(), &claims());
    let cases = [
        ("no-token".to_owned(), 447),
        (signed(&with(header(), "alg", "none"), &claims()), 447),
        (signed(&with(header(), "kid", "another"), &claims()), 433),
        (signed(&header(), &other_issuer), 100),
        (good.rsplit_once('.').unwrap().0.to_owned() + ".AAAA", 100),
        (signed(&header(), &long), 454),
        (signed(&header(), &future), 455),
        (signed(&header(), &expired), 456),
    ];
    for (token, code) in &cases {
        let answer = call(&simulators, "/platform_api/GetApplications", token).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (200, &json!(code)));
    }
    assert_eq!(simulators.usage(Vendor::Voximplant).refused, cases.len() as u64);
    let textual = with(claims(), "iss", Secrets::new(7).voximplant_account().to_string());
    for token in [good, signed(&header(), &textual)] {
        assert!(call(&simulators, "/platform_api/GetApplications", &token).await.body["result"].is_array());
    }
}

#[tokio::test]
async fn calls_come_in_the_path_the_query_and_the_form() {
    let simulators = serve(Vendor::Voximplant, Behaviour::default()).await;
    let token = signed(&header(), &claims());
    let code = async |path: &str| call(&simulators, path, &token).await.body["error"]["code"].clone();
    assert_eq!(code("/platform_api/GetUsers?application_id=10001&application_name=sales").await, 458);
    assert_eq!(code("/platform_api/GetUsers?application_id=1").await, 107);
    assert_eq!(code("/platform_api/GetUsers").await, 134);
    assert_eq!(code("/platform_api/GetUsers?application_id=10001&count=many").await, 101);
    assert_eq!(code("/platform_api/GetUsers?application_id=10001&order_by=age").await, 101);
    assert_eq!(code("/platform_api/DelUser").await, 103);
    assert_eq!(code("/platform_api").await, 102);
    let form = [("cmd", "GetUsers"), ("application_name", "sales"), ("count", "3")];
    let post = client().post(url(&simulators, Vendor::Voximplant, "/platform_api")).bearer_auth(&token);
    let answer = ask(post.form(&form)).await.body;
    assert_eq!((&answer["count"], answer["result"].as_array().unwrap().len()), (&json!(3), 3));
    // As the vendor's client for Node sends it.
    let part = |(name, value): &(&str, &str)| {
        format!("--b-7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = form.iter().map(part).collect::<String>() + "--b-7--\r\n";
    for (kind, count) in [("multipart/form-data; boundary=b-7", json!(3)), ("multipart/form-data", json!(null))] {
        let post = client().post(url(&simulators, Vendor::Voximplant, "/platform_api")).bearer_auth(&token);
        let answer = ask(post.header("content-type", kind).body(parts.clone())).await.body;
        assert_eq!(answer["count"], count, "{answer}");
    }
}
