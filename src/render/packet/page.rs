//! The page of a packet: one file that needs nothing else, sends nothing, and keeps its answers in a file that the reviewer saves.
//! What it shows is there without a script, too.

use std::fmt::Write as _;

use chrono::SecondsFormat;

use super::{ABOUT, DECISIONS, Packet, PacketRow, STATEMENT};
use crate::render::RenderError;
use crate::render::content_policy::policy;
use crate::render::escape::html;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Where the key, the severity and the account stand among what is shown.
const HEAD: [usize; 3] = [0, 1, 3];

/// Makes the page of a packet, whose decisions are saved under this name.
///
/// # Errors
/// It can't be written.
pub fn packet_page(packet: &Packet<'_>, name: &str) -> Result<String, RenderError> {
    let title = html(&format!("{}: accounts to decide about", packet.review));
    let rows: String = packet.rows.iter().enumerate().map(|(at, row)| article(at, row)).collect();
    let (due, as_of) = (packet.due.format("%-d %B %Y"), packet.as_of.format("%-d %B %Y"));
    let reviewer = html(&packet.reviewer);
    let organisation =
        if packet.organisation.is_empty() { String::new() } else { format!("{}. ", html(packet.organisation)) };
    let opened = packet.opened_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (review, token, bundle, name) = (html(packet.review), html(packet.token), html(packet.bundle_id), html(name));
    let policy = policy(STYLE, SCRIPT);
    let count = packet.rows.len();
    Ok(format!(
        "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>{title}</title>
<style>{STYLE}</style>
<header>
<h1>{title}</h1>
<p>{organisation}For {reviewer}. {count} accounts as of {as_of}; answers are due on {due}.</p>
<p class=\"screen\">Choose Keep, Revoke or Modify for each account. Not yours? Leave the decision empty and name the right person in Pass to.
At the end, confirm, save, and send the saved file back. Saving or printing this page itself saves no answers.</p>
<noscript><p class=\"problem\">This page can't take answers without JavaScript. Please use the workbook.</p></noscript>
</header>
<div class=\"bar screen\" role=\"region\" aria-label=\"Answers\" hidden><div><output id=\"progress\"></output><button id=\"save\" type=\"button\">Save decisions</button>
<label>Go on from a saved file <input id=\"load\" type=\"file\" accept=\".json\"></label><output id=\"said\" role=\"status\"></output></div></div>
<main data-review=\"{review}\" data-packet=\"{name}\" data-token=\"{token}\" data-bundle=\"{bundle}\" data-opened=\"{opened}\">
{rows}<section class=\"sign\" aria-label=\"Sign-off\"><h2>Sign-off</h2><p>{STATEMENT}</p>
<p class=\"screen\"><label><input id=\"confirmed\" type=\"checkbox\"> I confirm this</label>
<label for=\"name\">Your name</label><input id=\"name\" type=\"text\" autocomplete=\"off\"></p><p id=\"signed\" class=\"printed\"></p></section>
</main>
<footer class=\"note\">Review {review}, packet {token}, evidence bundle {bundle}.</footer>
<script>{SCRIPT}</script>
</html>
"
    ))
}

fn article(at: usize, row: &PacketRow) -> String {
    let cell = |at: usize| row.about.get(at).map(|text| html(text)).unwrap_or_default();
    let [key, severity, account] = HEAD.map(cell);
    let mut text = format!(
        "<article class=\"row\" data-key=\"{key}\" data-evidence=\"{}\" data-reason=\"{}\" aria-labelledby=\"h{at}\">\n<h2 id=\"h{at}\">{account}</h2>\n",
        html(&row.evidence),
        if row.needs_reason { "yes" } else { "no" },
    );
    if !severity.is_empty() {
        let _ = writeln!(text, "<p class=\"severity {severity}\">{severity}</p>");
    }
    text.push_str("<dl>");
    for (at, (heading, shown)) in ABOUT.into_iter().zip(&row.about).enumerate() {
        if !shown.is_empty() && !matches!(at, 1 | 3) {
            let _ = write!(text, "<dt>{heading}</dt><dd>{}</dd>", html(shown));
        }
    }
    text.push_str("</dl>\n<div class=\"answers\">");
    let options = DECISIONS.join("</option><option>");
    let _ = write!(
        text,
        "<div><label for=\"d{at}\">Decision</label><select id=\"d{at}\" autocomplete=\"off\"><option value=\"\">–</option><option>{options}</option></select></div>"
    );
    if !row.roles.is_empty() {
        text.push_str("<fieldset><legend>Remove roles, with Modify</legend>");
        for role in &row.roles {
            let role = html(role);
            let _ = write!(text, "<label><input type=\"checkbox\" value=\"{role}\"> {role}</label>");
        }
        text.push_str("</fieldset>");
    }
    let _ = writeln!(
        text,
        "<div><label for=\"c{at}\">Comment</label><textarea id=\"c{at}\" maxlength=\"4000\" autocomplete=\"off\"></textarea></div>\
         <div><label for=\"p{at}\">Pass to</label><input id=\"p{at}\" type=\"text\" autocomplete=\"off\"></div></div>\
         <p class=\"problem screen\" role=\"status\"></p><p class=\"printed\"></p>\n</article>"
    );
    text
}
