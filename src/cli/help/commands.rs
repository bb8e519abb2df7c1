//! What is said below the options of each command: lines to try, and what its exit codes mean. Data for `help`.

use crate::cli::Exit;
use crate::cli::Exit::{DeliveryFailed, GateFailed, Interrupted, Success, Unusable, Unverified};

/// A line to try, and what it does.
pub(super) type Example = (&'static str, &'static str);

/// How a command can end, and what that means there.
type Ending = (Exit, &'static str);

/// What a command says below its options.
#[derive(Debug)]
pub(super) struct Below {
    /// The words behind `headcount`; none for `headcount` itself.
    pub(super) command: &'static str,
    pub(super) examples: &'static [Example],
    pub(super) endings: &'static [Ending],
}

const USABLE: Ending = (Success, "done");
const CONFIGURATION: Ending = (Unusable, "the command line or the configuration can't be used");
const UNSEEN: Ending = (Unverified, "a source is incomplete or failed");
const UNWRITTEN: Ending = (DeliveryFailed, "the file can't be written");
const AN_AUDIT: &[Ending] = &[
    (Success, Success.meaning()),
    (GateFailed, GateFailed.meaning()),
    (Unusable, Unusable.meaning()),
    (Unverified, Unverified.meaning()),
    (DeliveryFailed, DeliveryFailed.meaning()),
    (Interrupted, Interrupted.meaning()),
];

/// By the words of the command, groups of commands first.
pub(super) const BELOW: &[Below] = &[
    Below {
        command: "",
        examples: &[
            #[cfg(feature = "demo")]
            ("headcount demo", "see the whole job against simulated vendors"),
            ("headcount init", "write a configuration to fill in"),
            ("headcount sources --check", "try every credential before the first audit"),
            ("headcount audit", "fetch every account, judge it, write the reports"),
        ],
        endings: AN_AUDIT,
    },
    Below {
        command: "audit",
        examples: &[
            ("headcount audit --fail-on orphaned,leaver-active", "the gate of a CI job"),
            ("headcount audit --format xlsx --out review", "a workbook for an access review"),
            ("headcount audit --snapshot stored", "judge stored accounts again, without asking a vendor"),
            (
                "headcount audit --bundle 2026-Q4.zip",
                "evidence for an auditor: everything that it rests on, under one seal",
            ),
            ("headcount audit --privacy pseudonymous --format json", "a report that names nobody"),
        ],
        endings: AN_AUDIT,
    },
    Below {
        command: "baseline write",
        examples: &[
            ("headcount baseline write", "accept what the last audit found; from now on, only new findings count"),
            ("headcount baseline write --accept-new", "accept what has come since, too"),
        ],
        endings: &[USABLE, (Unusable, "the report or the old baseline can't be used"), UNWRITTEN],
    },
    Below {
        command: "bundle redact",
        examples: &[
            (
                "headcount bundle redact 2026-Q4.zip --privacy pseudonymous --out 2026-Q4-pseudonymous.zip",
                "for whoever may not see names, under the key that [report] names",
            ),
            ("headcount bundle redact 2026-Q4.zip --privacy counts --out 2026-Q4-counts.zip", "numbers only"),
        ],
        endings: &[
            (Success, "written"),
            (Unusable, "it was altered, or isn't the full bundle of an audit; nothing was written"),
            UNWRITTEN,
        ],
    },
    Below {
        command: "bundle sign",
        examples: &[
            ("headcount bundle sign 2026-Q4.zip --key id_ed25519 --as iam@example.com", "put your name to it"),
            (
                "headcount bundle sign 2026-Q4.zip --key id_ed25519 --as iam@example.com --timestamp http://tsa.example.com",
                "and have an authority say when, so that the key may end later",
            ),
        ],
        endings: &[
            (Success, "signed"),
            (Unusable, "it was altered, is signed by them already, or the key doesn't sign; nothing was written"),
            (DeliveryFailed, "no time stamp, or the disk; nothing was written"),
        ],
    },
    Below {
        command: "bundle verify",
        examples: &[
            ("headcount bundle verify 2026-Q4.zip --signers allowed_signers", "nothing was altered, and who says so"),
            (
                "headcount bundle verify 2026-Q4.zip --signers allowed_signers --tsa-ca authority.pem",
                "and it was there at that time",
            ),
            (
                "headcount bundle verify 2026-Q3.zip 2026-Q4.zip --signers allowed_signers --chain",
                "no quarter was left out or replaced",
            ),
        ],
        endings: &[
            (Success, "intact, and all that was asked holds"),
            (GateFailed, "a file was altered, or a signature, time stamp or link of the chain is wrong"),
            (Unusable, "it is no bundle, can't be read, or is too large"),
            (Unverified, "intact, but unsigned, by nobody in --signers, or not to be told here"),
        ],
    },
    Below {
        command: "compare",
        examples: &[
            (
                "headcount compare q3/report.json q4/report.json",
                "what is new, resolved, back, and what nobody can tell",
            ),
            ("headcount compare q3/report.json q4/report.json --fail-on new,reopened", "in CI"),
            (
                "headcount compare q3/report.json q4/report.json --format html,json --out changes",
                "for people and programs",
            ),
        ],
        endings: &[
            (Success, "compared; nothing of --fail-on"),
            (GateFailed, "there are findings that --fail-on names"),
            (Unusable, "a report can't be used, or OLD is the younger one"),
            (Unverified, "none of --fail-on, but not everything can be compared"),
            UNWRITTEN,
        ],
    },
    Below {
        command: "completions",
        examples: &[("headcount completions bash > headcount.bash", "to be sourced, or put where the shell looks")],
        endings: &[USABLE, (Unusable, "there is no such shell")],
    },
    Below {
        command: "crosswalk suggest",
        examples: &[
            ("headcount crosswalk suggest", "name the likely owners of accounts that no key matches"),
            ("headcount crosswalk suggest --precision 0.99", "of a hundred lines, about one may be wrong"),
        ],
        endings: &[USABLE, CONFIGURATION, UNSEEN, UNWRITTEN],
    },
    #[cfg(feature = "demo")]
    Below {
        command: "demo",
        examples: &[
            ("headcount demo", "HTML, Markdown and JSON in headcount-demo"),
            ("headcount demo --format xlsx,csv,sarif", "the same in other formats"),
        ],
        endings: AN_AUDIT,
    },
    Below {
        command: "email",
        examples: &[
            ("headcount email --dry-run mails", "write the mails into a folder instead of sending them"),
            ("headcount email", "send the last report to the team, and its questions to managers"),
        ],
        endings: &[
            (Success, "everybody has the mail"),
            (Unusable, "the configuration or the report can't be used; nothing was sent"),
            (DeliveryFailed, "somebody has not got it; the same command tries only those again"),
        ],
    },
    Below {
        command: "explain",
        examples: &[
            ("headcount explain voiso-emea/4017", "why this account was found, or not"),
            ("headcount explain ada@example.com", "the same for every account with this address"),
        ],
        endings: &[
            (Success, "told"),
            (Unusable, "there is no such account, or the configuration can't be used"),
            (Unverified, "no such account was seen, and not every source was seen completely"),
        ],
    },
    Below {
        command: "fetch",
        examples: &[
            ("headcount fetch --out stored", "store every account, to be judged later or elsewhere"),
            ("headcount fetch --out stored --resume", "go on after Ctrl-C or a lost connection"),
        ],
        endings: &[
            (Success, "every source is stored completely"),
            CONFIGURATION,
            (Unverified, "stored, and a source is incomplete or failed"),
            (DeliveryFailed, "the snapshot can't be written"),
            (Interrupted, "interrupted; --resume goes on"),
        ],
    },
    Below {
        command: "bundle replay",
        examples: &[
            ("headcount bundle replay 2026-Q4.zip", "come to the report once more, and compare it with the sealed one"),
            ("headcount bundle replay 2026-Q4.zip --out again", "keep what is made of it, too"),
        ],
        endings: &[
            (Success, "identical"),
            (GateFailed, "the bundle was altered, or it leads to something else, which is named"),
            (Unusable, "this is no bundle of an audit"),
            (
                Unverified,
                "the bundle doesn't tell everything, or another version sealed it and comes to something else",
            ),
        ],
    },
    Below {
        command: "history",
        examples: &[
            ("headcount history headcount-out/report.json", "the trend that a report carries"),
            ("headcount history q*.json --format html --out trend", "over any number of reports"),
        ],
        endings: &[USABLE, (Unusable, "a report can't be used"), UNWRITTEN],
    },
    Below {
        command: "hr check",
        examples: &[
            ("headcount hr check", "which columns and words of the HR files are understood, and which are not"),
            ("headcount hr check --format json", "the same for programs"),
        ],
        endings: &[USABLE, (Unusable, "the configuration or the HR files can't be used")],
    },
    Below {
        command: "init",
        examples: &[("headcount init --vendor voiso --vendor scim", "write a configuration for these")],
        endings: &[USABLE, (Unusable, "a file of that name is there; nothing was written")],
    },
    Below {
        command: "man",
        examples: &[("headcount man --out share/man/man1", "a manual page for each command")],
        endings: &[USABLE, (Unusable, "the folder can't be written")],
    },
    Below {
        command: "review assign",
        examples: &[
            (
                "headcount review assign 2026-Q4 --from E-1001 --to E-1002 --reason parental-leave --by E-1003",
                "hand over what E-1001 has yet to decide",
            ),
            (
                "headcount review assign 2026-Q4 --item voiso/88213 --to E-1002 --reason settled --by E-1003",
                "say whose answer counts, where answers differ",
            ),
        ],
        endings: &[
            (Success, "handed over"),
            (Unusable, "the review or the configuration can't be used, or somebody may not decide"),
            UNWRITTEN,
        ],
    },
    Below {
        command: "review close",
        examples: &[
            (
                "headcount review close 2026-Q4 --against 2026-12-19.zip",
                "end it, when everything is decided and what was kept is still what it was",
            ),
            (
                "headcount review close 2026-Q4 --against 2026-12-19.zip --incomplete silent-reviewer",
                "end it all the same, and say so in the attestation",
            ),
        ],
        endings: &[
            (Success, "closed, whole"),
            (Unusable, "the review, the later bundle or the configuration can't be used"),
            (Unverified, "not everything is decided, and nothing was closed; or closed with --incomplete"),
            UNWRITTEN,
        ],
    },
    Below {
        command: "review collect",
        examples: &[
            ("headcount review collect 2026-Q4 inbox", "take in all files of a folder, any number of times"),
            (
                "headcount review collect 2026-Q4 ann.csv --signed-by E-1001 --signed-on 2026-12-11",
                "CSV can't say who signed it",
            ),
        ],
        endings: &[
            (Success, "every row was taken"),
            (GateFailed, "some rows or files were refused; each is named"),
            (Unusable, "there is no such review, it is closed, or no file can be read"),
            UNWRITTEN,
        ],
    },
    Below {
        command: "review open",
        examples: &[
            (
                "headcount review open 2026-Q4 --bundle 2026-Q4.zip --due 2026-12-18",
                "ask about every account of a sealed audit",
            ),
            (
                "headcount review open admins --bundle 2026-Q4.zip --due 2026-12-18 --scope privileged",
                "ask about accounts with power over others",
            ),
        ],
        endings: &[
            (Success, "opened"),
            (Unusable, "the bundle or the configuration can't be used, or there is a review of that name"),
            (Unverified, "the evidence isn't whole"),
            UNWRITTEN,
        ],
    },
    Below {
        command: "review send",
        examples: &[
            ("headcount review send 2026-Q4 --dry-run mails", "see what would be sent today"),
            ("headcount review send 2026-Q4", "the mails that are due, once each: run it every day"),
        ],
        endings: &[
            (Success, "sent, or nothing is due"),
            (Unusable, "the review or the configuration can't be used"),
            (DeliveryFailed, "a mail failed, or somebody can't be reached; the next run sends what is missing"),
        ],
    },
    Below {
        command: "review status",
        examples: &[
            ("headcount review status 2026-Q4", "how many accounts are decided, and whose aren't"),
            ("headcount review status 2026-Q4 --format json", "the same for programs"),
        ],
        endings: &[
            (Success, "on time"),
            (GateFailed, "overdue, or nobody may decide about an account"),
            (Unusable, "there is no such review, or its journal was altered"),
        ],
    },
    Below {
        command: "rules check",
        examples: &[("headcount rules check rules", "look through your own rules")],
        endings: &[
            (Success, "nothing found"),
            (GateFailed, "something is allowed and a mistake all the same"),
            (Unusable, "a rule or the configuration can't be used"),
        ],
    },
    Below {
        command: "rules list",
        examples: &[("headcount rules list -c headcount.toml", "all rules, as they are configured")],
        endings: &[USABLE, (Unusable, "a rule or the configuration can't be used")],
    },
    Below {
        command: "rules show",
        examples: &[("headcount rules show leaver-active", "what a rule asks, why, and how to act on it")],
        endings: &[USABLE, (Unusable, "there is no such rule, or the configuration can't be used")],
    },
    Below {
        command: "rules test",
        examples: &[("headcount rules test rules", "judge the examples and tests of your own rules")],
        endings: &[
            (Success, "every example is judged as it says"),
            (GateFailed, "one is not, or a rule has too few"),
            (Unusable, "a rule, a test or the configuration can't be used"),
        ],
    },
    Below {
        command: "schema",
        examples: &[("headcount schema report > report.schema.json", "what report.json looks like, for programs")],
        endings: &[USABLE, (Unusable, "there is no such schema")],
    },
    #[cfg(feature = "demo")]
    Below {
        command: "simulate",
        examples: &[
            ("headcount simulate --out kit", "five vendors to rehearse an audit with"),
            ("headcount simulate --out kit --fault unavailable=0.1", "the same, out of order now and then"),
        ],
        endings: &[
            (Success, "ended by Ctrl-C"),
            (Unusable, "the address can't be listened on, or the kit can't be written"),
        ],
    },
    Below {
        command: "sources",
        examples: &[
            ("headcount sources", "what is configured"),
            ("headcount sources --check", "try every credential with one record, and read the roster"),
        ],
        endings: &[
            (Success, "configured; with --check, every source answers"),
            CONFIGURATION,
            (Unverified, "with --check: a source doesn't answer as it has to"),
        ],
    },
    Below {
        command: "waivers add",
        examples: &[(
            "headcount waivers add 4c44e1de42878316 --owner E-1 --approver E-2 --reason handover --ticket IAM-7 --expires 2026-12-31",
            "accept one finding of the last report until that day",
        )],
        endings: &[(Success, "added"), (Unusable, "refused, and why; nothing was written"), UNWRITTEN],
    },
    Below {
        command: "waivers check",
        examples: &[("headcount waivers check", "every waiver with its last day")],
        endings: &[(Success, "all are well-formed"), (Unusable, "one is not, or the configuration can't be used")],
    },
    Below {
        command: "facts",
        examples: &[
            ("headcount facts --out facts", "what all accounts and people tell, as Parquet"),
            (
                "headcount facts --source crm --part 3/16 --records share-3.ndjson --declared 1000000 --as-of 2026-12-31 --out facts",
                "a share of the records that lie elsewhere, on any machine",
            ),
        ],
        endings: &[(Success, "written"), CONFIGURATION, UNSEEN],
    },
    Below {
        command: "sql",
        examples: &[
            ("headcount sql > rules.sql", "the rules as one statement, without a dialect"),
            ("headcount sql --table accounts=lake.facts_accounts", "for tables with names of their own"),
        ],
        endings: &[USABLE, (Unusable, "a rule can't be said in SQL, or the configuration can't be used")],
    },
    Below {
        command: "report",
        examples: &[
            ("headcount report --facts facts --verdicts verdicts.parquet", "what the engine has answered, as a report"),
            ("headcount report --facts facts --verdicts verdicts.csv --format json --fail-on orphaned", "in CI"),
        ],
        endings: AN_AUDIT,
    },
];
