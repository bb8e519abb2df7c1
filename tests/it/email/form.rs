//! What a mail looks like, from any report.

use headcount::model::{Disposition, Severity};
use headcount::report::{Gate, GateVerdict, Reason, ReasonKind, Report};

use crate::support::fixture;
use crate::support::mail::{Kit, Opened, open};

const ADDRESS: &str = "smtps://smtp.example.com";

fn mail_of(report: &Report, lines: &str) -> Opened {
    let kit = Kit::new(report);
    kit.configure(ADDRESS, &format!("to = [\"ciso@example.com\"]\n{lines}"));
    let mails = kit.dry_run();
    let [(name, mail)] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(name, "list.eml");
    assert!(mail.is_ascii() && mail.split("\r\n").all(|line| line.len() <= 998));
    open(mail)
}

/// The same, had its gate passed.
fn passing(report: Report) -> Report {
    let verdict = GateVerdict { gate: Gate::Pass, exit_code: 0, reasons: vec![], remedy: None };
    Report { verdict, ..report }
}

/// One of each kind, and one that is cut.
fn all() -> impl Iterator<Item = (&'static str, Report)> {
    fixture::all().into_iter().chain([("large", fixture::large(20_000))])
}

fn header<'m>(mail: &'m Opened, name: &str) -> &'m str {
    let mut values = mail.headers.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let value = values.next().unwrap_or_else(|| panic!("no {name}: {}", mail.headers));
    assert!(values.next().is_none(), "{name} twice");
    value
}

#[test]
fn the_headers_are_those_of_a_mail_that_a_machine_wrote() {
    for (name, report) in all() {
        let mail = mail_of(&report, "");
        assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated", "{name}");
        assert_eq!(header(&mail, "List-Id"), "<access-review.example.com>", "{name}");
        assert_eq!(header(&mail, "From"), "\"Access review\" <access@example.com>", "{name}");
        assert_eq!(header(&mail, "To"), "ciso@example.com", "{name}");
        assert!(header(&mail, "Message-ID").ends_with("@example.com>"), "{name}");
        assert_eq!(header(&mail, "References"), header(&mail, "In-Reply-To"), "{name}");
        let names = ["From", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"];
        let others = ["X-Auto-Response-Suppress", "List-Id", "To", "MIME-Version", "Content-Type"];
        let known = |line: &str| {
            let name = line.split(':').next().unwrap_or_default();
            names.contains(&name) || others.contains(&name)
        };
        assert!(mail.headers.lines().all(known), "{name}: {}", mail.headers);
    }
}

#[test]
fn the_subject_says_the_verdict() {
    let subject = |report: &Report, lines: &str| header(&mail_of(report, lines), "Subject").to_owned();
    assert!(subject(&fixture::demo(), "").starts_with("Action needed: 9 of 2,412 accounts"));
    assert!(subject(&fixture::empty(), "").starts_with("All clear: 0 accounts checked"));
    assert!(subject(&fixture::gaps(), "").starts_with("Could not verify: 2 of 5 sources not seen completely"));
    assert!(
        subject(&passing(fixture::demo()), "").starts_with("Within limits: 2 critical and 2 high findings open - ")
    );
    let seen = subject(&passing(fixture::gaps()), "");
    assert!(seen.starts_with("Incomplete: 3 of 5 sources seen; within limits there: 2 critical and 2 high"), "{seen}");
    let mut lesser = passing(fixture::demo());
    fixture::edit(&mut lesser, |findings| findings.retain(|finding| finding.severity > Severity::High));
    assert!(
        subject(&lesser, "").starts_with("Within limits: 5 of 2,412 accounts have findings"),
        "{}",
        subject(&lesser, "")
    );
    assert!(subject(&fixture::demo(), "subject_prefix = \"[IAM]\"\n").starts_with("[IAM] Action needed"));
}

#[test]
fn both_parts_say_the_same() {
    insta::assert_snapshot!("demo.txt", mail_of(&fixture::demo(), "").plain.replace("\r\n", "\n"));
    insta::assert_snapshot!("gaps.txt", mail_of(&fixture::gaps(), "").plain.replace("\r\n", "\n"));
    for (name, report) in [("demo", fixture::demo()), ("gaps", fixture::gaps())] {
        let mail = mail_of(&report, "");
        let plain = mail.plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = report.findings.to_vec().expect("findings");
        for finding in all.iter().filter(|finding| finding.disposition != Disposition::Waived) {
            for text in [&finding.rule, &finding.message, &finding.remediation] {
                assert!(plain.contains(text.as_str()), "{name}: {text} is missing in the plain text");
                assert!(mail.html.contains(&text.replace('\'', "&#39;")), "{name}: {text} is missing in the page");
            }
        }
        assert!(!plain.contains("Dmitri Halloran"), "what is waived asks for nothing");
    }
}

#[test]
fn every_mail_says_what_the_verdict_does_not_cover() {
    let words = "1 of 6 configured sources was not audited: badges";
    let mut report = fixture::empty();
    report.verdict.reasons = vec![Reason { kind: ReasonKind::Scope, ..fixture::a_reason(words) }];
    report.run.left_out = vec!["badges".to_owned()];
    report.run.finished_at = std::time::SystemTime::now().into();
    let managers = "to = \"managers\"\nfallback = [\"iam@example.com\"]\nallowed_domains = [\"example.com\"]\n";
    for (report, lines) in [(report.clone(), "to = [\"ciso@example.com\"]\n"), (report, managers)] {
        let kit = Kit::new(&report);
        kit.configure(ADDRESS, lines);
        for (name, mail) in kit.dry_run() {
            let mail = open(&mail);
            assert!(
                header(&mail, "Subject").starts_with("Incomplete: 0 of 1 sources seen, and nothing found there"),
                "{name}: {}",
                mail.headers
            );
            for text in [&mail.plain, &mail.html] {
                assert!(text.contains(words), "{name}: {text}");
            }
        }
    }
}

#[test]
fn what_was_not_seen_comes_before_all_numbers() {
    let mail = mail_of(&fixture::gaps(), "");
    for text in [mail.plain.to_lowercase(), mail.html.to_lowercase()] {
        let warning = text.find("not everything was seen").expect("a warning");
        for number in ["since the baseline", "to act on"] {
            assert!(warning < text.find(number).expect(number), "{text}");
        }
        assert!(text.contains("http 503"), "{text}");
    }
}

#[test]
fn what_has_changed_comes_first() {
    let mut report = fixture::demo();
    fixture::edit(&mut report, |findings| {
        for finding in findings.iter_mut().filter(|finding| finding.rule == "stale-login") {
            finding.disposition = Disposition::Baselined;
        }
    });
    let mail = mail_of(&report, "");
    assert!(mail.plain.contains("Since the baseline: 8 new, 5 still open, 1 resolved."), "{}", mail.plain);
    assert!(mail.plain.contains("- resolved: orphaned at vcc: 1"), "{}", mail.plain);
    for text in [&mail.plain, &mail.html] {
        let places = ["Since the baseline", "New since the baseline", "Still open"];
        let places = places.map(|place| text.find(place).unwrap_or_else(|| panic!("no {place}")));
        assert!(places.is_sorted() && text.find("The manager E-0001 has left") < Some(places[2]), "{text}");
    }
    report.exceptions.retain(|exception| exception.kind != "baseline");
    assert!(!mail_of(&report, "").plain.contains("Since the baseline"));
}

#[test]
fn a_mail_is_cut_by_plan() {
    for (name, report) in all() {
        let mail = mail_of(&report, "");
        assert!(mail.html.len() <= 60_000, "{name}: {} bytes", mail.html.len());
        assert!(mail.html.trim_end().ends_with("</html>"), "{name}");
    }
    let mail = mail_of(&fixture::large(20_000), "");
    let shown = mail.plain.matches("To do:").count();
    assert!(shown > 30, "{shown}");
    for text in [mail.plain.split_whitespace().collect::<Vec<_>>().join(" "), mail.html] {
        assert!(text.contains("findings are left out here (") && text.contains("report.json has all"), "{text}");
    }
}

#[test]
fn nothing_in_its_form_looks_like_a_forgery() {
    for (name, report) in all() {
        let mail = mail_of(&report, "");
        let html = mail.html.to_lowercase();
        for hidden in ["display:none", "font-size:0", "font-size:1px", "visibility:hidden", "max-height:0", "opacity:0"]
        {
            assert!(!html.contains(hidden), "{name}: {hidden}");
        }
        // What a mail program shows beside the subject stands once in what is read: nothing is said twice.
        let first = mail.plain.lines().next().expect("a line").trim_end();
        let (_, body) = mail.html.split_once("<body").expect("a body");
        assert_eq!((mail.plain.matches(first).count(), body.matches(first).count()), (1, 1), "{name}: {first}");
        assert!(header(&mail, "Content-Type").starts_with("multipart/alternative;"), "{name}: nothing goes along");
    }
    let mut report = fixture::demo();
    report.run.started_at = fixture::at("2020-01-01T00:00:00Z");
    let kit = Kit::new(&report);
    kit.configure(ADDRESS, "to = [\"ciso@example.com\"]\n");
    kit.write("report.xlsx", "a workbook");
    assert!(header(&open(&kit.dry_run().remove(0).1), "Content-Type").starts_with("multipart/mixed;"));
}

#[test]
fn names_are_written_so_that_everybody_reads_them() {
    let kit = Kit::new(&fixture::empty());
    kit.configure(
        ADDRESS,
        "to = [\"Ray, Bob <bob@example.com>\", 'Ann \\ \"A\" Lee <ann@example.com>', \"zoe@example.com\"]\n",
    );
    let config = kit.read("headcount.toml").replace("from = \"Access review <", "from = \"Review, Access <");
    kit.write("headcount.toml", &config);
    let mail = open(&kit.dry_run().remove(0).1);
    assert_eq!(header(&mail, "From"), "\"Review, Access\" <access@example.com>");
    let to = "\"Ray, Bob\" <bob@example.com>, \"Ann \\\\ \\\"A\\\" Lee\" <ann@example.com>, zoe@example.com";
    assert_eq!(header(&mail, "To"), to);
    kit.write("headcount.toml", &config.replace("Review, Access", "Zoë, Access"));
    let mail = open(&kit.dry_run().remove(0).1);
    assert!(
        header(&mail, "From").starts_with("=?utf-8?b?") && header(&mail, "From").ends_with(" <access@example.com>")
    );
}

#[test]
fn ways_out_are_said_once() {
    let mut report = fixture::demo();
    for reason in &mut report.verdict.reasons {
        reason.remedy = Some("fix what was found, or waive it".to_owned());
    }
    let mail = mail_of(&report, "");
    for text in [&mail.plain, &mail.html] {
        assert_eq!(text.matches("To do: fix what was found, or waive it").count(), 1, "{text}");
    }
}

#[test]
fn what_is_overdue_is_said() {
    let mut report = fixture::demo();
    let overdue = |report: &Report, lines: &str| {
        let plain = mail_of(report, lines).plain;
        plain.lines().find(|line| line.starts_with("Overdue: ")).map(|line| line.trim_end().to_owned())
    };
    let one = "Overdue: 1 finding has been known for longer than 14 days.";
    assert_eq!(overdue(&report, "").as_deref(), Some(one));
    assert_eq!(overdue(&report, "deadline = \"120d\"\n"), None);
    for exception in report.exceptions.iter_mut().filter(|exception| exception.kind == "baseline") {
        exception.state = "expired".to_owned();
    }
    let two = "Overdue: 2 findings have been known for longer than 14 days, the oldest for";
    assert_eq!(overdue(&report, "").as_deref(), Some(two), "the line is wrapped there");
    assert_eq!(overdue(&fixture::empty(), ""), None);
}

#[test]
fn hostile_text_stays_text() {
    let mail = mail_of(&fixture::hostile(), "");
    assert!(!mail.headers.contains("Bcc") && !mail.headers.contains("evil.example/"), "{}", mail.headers);
    let html = mail.html.to_lowercase();
    for mark in ["<script", "<img", "<a ", "https:", "</style></", "javascript:alert(1)\""] {
        assert_eq!(html.matches(mark).count(), 0, "{mark}");
    }
    assert_eq!((html.matches("<title>").count(), html.matches("</title>").count()), (1, 1));
    for text in [&mail.plain, &mail.html] {
        assert!(!text.contains(['\u{202e}', '\u{202c}', '\u{feff}', '\u{1b}', '\u{7}']) && text.contains("‹U+202E›"));
        assert!(!text.contains("https://") && text.contains("https[:]//evil.example"));
    }
    assert!(!mail.plain.lines().any(|line| line.starts_with("# Heading") || line.starts_with("=HYPER")));
}

#[test]
fn only_what_this_run_has_written_goes_along() {
    let mut report = fixture::demo();
    report.run.started_at = fixture::at("2020-01-01T00:00:00Z");
    let kit = Kit::new(&report);
    kit.configure(ADDRESS, "to = [\"ciso@example.com\"]\n");
    kit.write("report.xlsx", "a workbook");
    let attached = |mail: &str| mail.contains("Content-Disposition: attachment; filename=\"report.xlsx\"");
    let mail = kit.dry_run().remove(0).1;
    assert!(
        attached(&mail) && mail.contains("spreadsheetml.sheet") && open(&mail).plain.contains("Attached: report.xlsx")
    );
    let counts = kit.run(&["--dry-run", "counts", "--privacy", "counts"]);
    assert_eq!(counts.code, 0, "{}", counts.said);
    let counts = kit.read("counts/list.eml");
    assert!(!attached(&counts) && !open(&counts).plain.contains("Oduya"), "nobody is named");

    let long_ago = std::time::UNIX_EPOCH;
    let file = std::fs::File::options().write(true).open(kit.path("report.xlsx")).expect("a file");
    file.set_modified(long_ago).expect("set");
    assert!(!attached(&kit.dry_run().remove(0).1), "the workbook of another audit");
    kit.configure(ADDRESS, "to = [\"ciso@example.com\"]\nattach = [\"report.xlsx\"]\n");
    let ran = kit.run(&["--dry-run", "mails"]);
    assert_eq!(ran.code, 2, "{}", ran.said);
    assert!(ran.said.contains("it is older than the report"), "{}", ran.said);
}

#[test]
fn the_same_report_gives_the_same_mail_but_for_its_date() {
    let kit = Kit::new(&fixture::demo());
    kit.configure(ADDRESS, "to = [\"ciso@example.com\"]\n");
    let undated = |mails: Vec<(String, String)>| {
        let mail = mails.into_iter().next().expect("a mail").1;
        mail.lines().filter(|line| !line.starts_with("Date: ")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(undated(kit.dry_run()), undated(kit.dry_run()));
}

#[test]
fn templates_can_be_replaced() {
    let kit = Kit::new(&fixture::demo());
    kit.configure(ADDRESS, "to = [\"ciso@example.com\"]\n[report]\ntemplates = \"own\"\n");
    std::fs::create_dir(kit.path("own")).expect("made");
    kit.write("own/email.txt.hbs", "{{headline}}, says {{run.organisation}}");
    assert_eq!(open(&kit.dry_run().remove(0).1).plain.trim(), "Action needed: 9 of 2,412 accounts, says Example Ltd");
    kit.write("own/email.txt.hbs", "{{headlin}}");
    let ran = kit.run(&["--dry-run", "mails"]);
    assert!(
        ran.code == 2 && ran.said.contains("email.txt.hbs:1:1: there is nothing named \"headlin\""),
        "{}",
        ran.said
    );
}

#[test]
#[ignore = "writes the mails to EMAIL_OUT, to be looked at"]
fn write_mails() {
    let out = std::path::PathBuf::from(std::env::var_os("EMAIL_OUT").expect("EMAIL_OUT"));
    std::fs::create_dir_all(&out).expect("a folder");
    for (name, mut report) in all() {
        report.run.started_at = fixture::at("2020-01-01T00:00:00Z");
        let kit = Kit::new(&report);
        kit.write("report.xlsx", "a workbook");
        kit.configure(ADDRESS, "to = [\"ciso@example.com\"]\n");
        std::fs::write(out.join(format!("{name}.eml")), &kit.dry_run().remove(0).1).expect("written");
    }
}
