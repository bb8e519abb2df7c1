//! What can be said of a closed review, as a text to be signed with its bundle.

use std::fmt::Write as _;

use super::campaign::Campaign;
use super::state::{Asked, Standing};
use crate::base::text::{counted, grouped};
use crate::exception::PromiseFile;
use crate::key::Key;
use crate::render::terminal;

/// How many decisions are about the account of whoever made them: counted, and not only promised.
fn own_decisions(campaign: &Campaign) -> usize {
    let is_own = |asked: &&Asked| {
        let Standing::Decided(answer) = campaign.state.standing_of(asked) else { return false };
        let facts = &asked.item.facts;
        let owners = facts.employee_id.iter().chain(&facts.declared_owner);
        owners.into_iter().any(|owner| Key::of(owner) == Key::of(&answer.reviewer))
    };
    campaign.state.asked.values().filter(is_own).count()
}

/// The attestation of a review.
pub(super) fn attestation(campaign: &Campaign, promises: &PromiseFile) -> String {
    let (review, state, count) = (&campaign.review, &campaign.state, campaign.state.count());
    let names = [&review.organisation, &review.title].into_iter().filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(|name| terminal(name)).collect();
    let mut text = format!("Access review {}\n{}\n\n", review.id, names.join(", "));
    let mut line = |label: &str, what: &str| {
        let _ = writeln!(text, "{label:<18}{what}");
    };
    line("Scope", &terminal(&review.scope.text));
    line(
        "Population",
        &format!("{} in scope, {} not", counted(review.scope.within, "account", "accounts"), review.scope.outside),
    );
    for source in &review.evidence.sources {
        let owner = source.owner.as_deref().map(|owner| format!(", owner {}", terminal(owner))).unwrap_or_default();
        let accounts = counted(source.accounts, "account", "accounts");
        let (name, seen) = (terminal(&source.name), source.status.in_a_sentence());
        line("", &format!("{name} {seen}: {accounts}, {} in scope{owner}", source.in_scope));
    }
    if let Some(why) = &review.evidence.incomplete {
        line("Not whole", &format!("the evidence is incomplete, accepted because: {}", terminal(why)));
    }
    line(
        "Evidence",
        &format!(
            "bundle {}, run {}, as of {}",
            review.evidence.bundle_id,
            review.evidence.run_id,
            review.evidence.as_of.format("%Y-%m-%d")
        ),
    );
    line("Opened", &format!("{}, answers due {}", review.opened_at.format("%Y-%m-%d"), review.due));
    line(
        "Coverage",
        &format!("{} of {} accounts decided, {} %", grouped(count.decided), grouped(count.items), count.coverage()),
    );
    line(
        "Decisions",
        &format!("{} kept, {} to be taken away, {} to be changed", count.kept, count.revoked, count.modified),
    );
    for (who, of) in campaign.by_reviewer() {
        let accounts = counted(of.accounts, "account", "accounts");
        let decided =
            format!("{} kept, {} to go, {} to change, {} open", of.kept, of.revoked, of.modified, of.undecided);
        line("", &format!("{}: {accounts}, {decided}", terminal(&campaign.named(who))));
    }
    let own = own_decisions(campaign);
    line("Self-reviews", &format!("{own}: nobody may decide about an account that could be their own"));
    line("Late", &counted(count.late, "decision", "decisions"));
    let escalated = state.mails.iter().filter(|(kind, ..)| *kind == super::journal::MailKind::Escalation).count();
    line("Escalated", &counted(escalated as u64, "time", "times"));
    for one in &review.settings.delegates {
        let (from, to, why) = (terminal(&one.from), terminal(&one.to), terminal(&one.reason));
        line("Stand-in", &format!("{to} for {from} until {}: {why}", one.until));
    }
    for handed in &state.handed {
        let accounts = counted(handed.accounts, "account", "accounts");
        line(
            "Handed over",
            &format!(
                "{accounts} to {} by {}: {}",
                terminal(&handed.to),
                terminal(&handed.by),
                terminal(&handed.reason)
            ),
        );
    }
    for (who, remark) in &state.remarks {
        line("Remark", &format!("{}: {}", terminal(who), terminal(remark)));
    }
    if state.received.values().any(|file| !file.tells_times) {
        line("", "Workbooks and CSV don't tell when each decision was made, so that haste shows in pages only.");
    }
    if let Some(ended) = &state.ended {
        line("Closed", &ended.at.format("%Y-%m-%d").to_string());
        if let Some(why) = &ended.incomplete {
            line("Exception", &format!("closed incomplete: {}", terminal(why)));
        }
        match (&ended.against, &ended.no_recheck) {
            (Some(bundle), _) => line("Held against", &format!("bundle {bundle}")),
            (None, why) => line(
                "Exception",
                &format!("not held against a later audit: {}", terminal(why.as_deref().unwrap_or("no reason"))),
            ),
        }
        if !ended.born.is_empty() {
            line("Not in it", &format!("{} that came since", counted(ended.born.len() as u64, "account", "accounts")));
        }
    }
    for promise in &promises.promises {
        let (key, action) = (terminal(&promise.key), promise.action.as_str());
        line("Promise", &format!("{key}: {action}, by {} ({})", promise.due, promise.id));
    }
    text.push_str("\nReviewers answered from their mailboxes and signed their packets by name; nothing else proves who they were.\nSigned by the keys beside this file, in signatures/ of the bundle.\n");
    text
}
