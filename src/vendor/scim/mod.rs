//! Any SCIM 2.0 server (RFC 7643, RFC 7644): `GET /Users`, by `startIndex` and `count`, or by cursors (RFC 9865)
//! where the server says that it has them: a list that changes meanwhile doesn't disturb those. Many servers take no
//! notice of `startIndex`, so it counts only when an answer has shown that it does.

mod answer;
mod connector;
mod decoder;
mod keys;

use schemars::JsonSchema as _;

use self::decoder::EXPOSES;
use self::keys::RawScim;
use super::{Reach, VendorSpec, read};

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "scim",
    init: r#"[[source]]
name = "identity-provider"
vendor = "scim"                       # any SCIM 2.0 server
base_url = "https://idp.example.com/scim/v2"
token = "env:SCIM_TOKEN"              # or username and password, or [source.oauth2]
# external_id = "employeeNumber"      # of the enterprise extension, and not externalId as well
# roles_from = ["roles", "groups"]    # and "entitlements": what counts as a role
# page_size = "server"                # the server refuses to be told how many users a page is to have
# expect_min = 900                    # fewer accounts make the source incomplete
# paging = "none"                     # the server knows no pages and sends all in one answer; needs expect_min
"#,
    exposes: EXPOSES,
    reach: Reach::Http { concurrency: 2 },
    schema: RawScim::json_schema,
    read: read::<RawScim>,
};
