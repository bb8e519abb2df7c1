//! `vendor = "file"`.

use crate::support::source::Folder;

const BADGES: &str = r#"vendor = "file"
file = "badges.csv"
delimiter = ";"
dates = ["%d.%m.%Y %H:%M"]
timezone = "Europe/Berlin"
[source.columns]
id = "Badge"
email = "Mail"
status = "State"
last_login_at = "Last seen"
[source.values]
active = ["Gültig", "1"]
inactive = ["Gesperrt"]
none = ["-"]"#;

#[tokio::test]
async fn a_badge_system_by_its_export() {
    let (csv, _, _) = encoding_rs::WINDOWS_1252.encode(
        "Badge;Name;Mail;State;Last seen\r\n17;\"Müller; Ann\";ann@example.com;Gültig;01.07.2026 12:00\r\n18;Bo;-;Gesperrt;-\r\n",
    );
    let kit = Folder::new().with("badges.csv", csv);
    let fetched = kit.fetch(&BADGES.replace("delimiter", "encoding = \"windows-1252\"\ndelimiter")).await;
    assert_eq!((fetched.status(), fetched.error()), ("complete", ""));
    assert_eq!(
        fetched.lines(),
        [
            "17 Some(Some(\"ann@example.com\")) Some(Active) Some(Some(2026-07-01T10:00:00Z))",
            "18 Some(None) Some(Inactive) Some(None)",
        ]
    );
    let certificate = &fetched.certificate;
    assert_eq!((certificate.declared, certificate.fetched, certificate.distinct), (Some(2), 2, 2));
    assert_eq!(certificate.warnings, Vec::<String>::new());
}

#[tokio::test]
async fn rows_stay_verbatim() {
    let kit = Folder::new().with("a.csv", "\u{feff}id, mail \n1,\" a\"\"b\\\"\n");
    let fetched = kit.fetch("vendor = \"file\"\nfile = \"a.csv\"").await;
    let records: Vec<_> = fetched.records.iter().map(|record| record.get()).collect();
    assert_eq!(records, [r#"{"id":"1","mail":" a\"b\\"}"#]);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_with_its_place() {
    for (name, content, status, message) in [
        ("x.csv", "id,mail\n1,a\n2\n3,c\n", "incomplete", "x.csv:3: 1 cells under 2 headings"),
        ("x.csv", "id,mail\n1,a\n,b\n", "incomplete", "x.csv:3: no id"),
        ("x.csv", "id,mail\n1,a\n1,b\n", "incomplete", "x.csv:3: its id is that of an earlier row"),
        ("x.csv", "id,mail\n1,a\n2,\"b,x\n3,c\n4,d\n", "incomplete", "x.csv:3: this quote is never closed"),
        ("x.csv", "id,mail\n1,\"a\"b,x\n2,c\n", "incomplete", "x.csv:2: text stands behind a closing quote"),
        ("x.csv", "id,mail\r\n1,a\r\n2\r\n3,c\r\n", "incomplete", "x.csv:3: 1 cells under 2 headings"),
        ("x.csv", "\"id\" x,mail\n1,c\n", "failed", "x.csv:1: text stands behind a closing quote"),
        ("x.csv", "name,mail\n1,a\n", "failed", "x.csv:1: no heading is known to be that of the id (read as 2 fields"),
        ("x.csv", "id,user id\n1,2\n", "failed", "x.csv:1: \"id\" and \"user id\" could each be id"),
        ("x.csv", "id,mail,mail\n1,2,3\n", "failed", "x.csv:1: two columns are headed \"mail\""),
        ("x.csv", "", "failed", "x.csv: the file is empty"),
        ("x.ndjson", "{\"id\":1}\n{\"id\" 2}\n", "incomplete", "x.ndjson:2:7: expected `:`"),
        ("x.ndjson", "{\"name\":1}\n", "failed", "x.ndjson:1: no id"),
        ("x.json", "[\n {\"id\":1},\n {\"nd\":2}\n]", "incomplete", "x.json:3: no id"),
        ("x.json", "[{\"id\":1},\n{]", "failed", "x.json:2:2: "),
        ("x.json", "{\"users\":[{\"nd\":1}]}", "failed", "x.json:1: no id"),
        ("x.json", "{\"value\":[{\"id\":1}],\"@odata.nextLink\":\"https://x\"}", "failed", "first page of a list only"),
        ("x.xls", "<html><body><table><tr>", "failed", "a web page with a table in it"),
    ] {
        let kit = Folder::new().with(name, content);
        let fetched = kit.fetch(&format!("vendor = \"file\"\nfile = \"{name}\"")).await;
        assert_eq!(fetched.status(), status, "{content}: {}", fetched.error());
        assert!(fetched.error().contains(message), "{content}: {}", fetched.error());
        assert_eq!(fetched.certificate.readings, 1, "the same file says the same again");
    }
}

#[tokio::test]
async fn a_quote_that_swallows_rows_is_found() {
    let swallowed = "closes lines later, behind what reads as further rows";
    for (content, at, what) in [
        ("id,mail,name\n1,a,\"A\n2,b,Zed\n3,c,B\"\n", ":2:", swallowed),
        ("id,mail,name\n0,x,y\n1,a,\"A\n2,b,B\"\n", ":3:", swallowed),
        ("id,name,mail\n1,\"A,a\n2,Zed,b\n3,B\",c\n", ":2:", swallowed),
        ("id,mail,name\r\n1,a,\"A, x, y\r\n2,b,Zed\r\n3,c,B\"\r\n", ":2:", swallowed),
        ("id,mail,name\n1,a,\"\n2,b,\"\n", ":2:", swallowed),
        ("id,mail,name\n1,\"a\",\"A, x\n2,b,Zed\n3,\"\"c\"\",B\"\n4,d,D\n", ":2:", swallowed),
        ("id,mail,\"name\n1,a,A\n2,b,B\"\n3,c,C\n", ":1:", "closed only 2 lines below"),
        ("id\n\"1\n2\n3\"\n", ":2:", swallowed),
    ] {
        let fetched = Folder::new().with("x.csv", content).fetch("vendor = \"file\"\nfile = \"x.csv\"").await;
        assert_ne!(fetched.status(), "complete", "{content:?}: {}", fetched.error());
        assert!(fetched.error().contains(what), "{content:?}: {}", fetched.error());
        assert!(fetched.error().contains(&format!("x.csv{at} ")), "{content:?}: {}", fetched.error());
    }
}

#[tokio::test]
async fn line_breaks_that_are_meant_are_part_of_a_cell() {
    for content in [
        "id,mail,address\n1,a,\"Main Street 1\nTown\"\n2,b,\"Side Street 2, left\r\nTown\"\n",
        "id,address,mail\n1,\"Main Street 1\nTown\",a\n2,Side Street,b\n",
        "\"id\",\"mail\",\"notes\"\n\"1\",\"a\",\"was:\n7,b,Zed\n8,c,Ghost\"\n\"2\",\"b\",\"\"\n",
        "\u{feff}\"id\";\"mail\";\"notes\"\r\n\"1\";\"a\";\"x;y;z\r\nx;y;z\"\r\n\"2\";\"b\" ;\"\"\r\n\r\n",
    ] {
        let delimiter = if content.contains("\";") { "delimiter = \";\"" } else { "" };
        let kit = Folder::new().with("x.csv", content);
        let fetched = kit.fetch(&format!("vendor = \"file\"\nfile = \"x.csv\"\n{delimiter}")).await;
        let found = (fetched.status(), fetched.error(), fetched.certificate.distinct);
        assert_eq!(found, ("complete", "", 2), "{content:?}");
    }
}

#[tokio::test]
async fn fewer_accounts_than_there_are_for_sure_are_not_all() {
    let kit = Folder::new().with("x.csv", "id,mail\n1,a\n2,b\n");
    for (expect_min, status) in [(2, "complete"), (3, "incomplete")] {
        let fetched = kit.fetch(&format!("vendor = \"file\"\nfile = \"x.csv\"\nexpect_min = {expect_min}")).await;
        assert_eq!(fetched.status(), status);
        let said = "2 different accounts arrived, and there are at least 3 (expect_min)";
        assert_eq!(fetched.error() == said, status == "incomplete", "{}", fetched.error());
    }
}

#[tokio::test]
async fn bytes_that_no_encoding_explains_are_told() {
    let source = "vendor = \"file\"\nfile = \"x.csv\"";
    let fetched = Folder::new().with("x.csv", b"id,name\n1,M\xfcller\n2,Bo\n").fetch(source).await;
    assert_eq!((fetched.status(), fetched.records[0].get()), ("complete", "{\"id\":\"1\",\"name\":\"Müller\"}"));
    assert_eq!(fetched.certificate.warnings, Vec::<String>::new());
    let fetched = Folder::new().with("x.csv", b"id,name\n1,Mu\xf1oz\n").fetch(source).await;
    assert!(
        fetched.certificate.warnings[0].contains("may be ISO-8859-1 or windows-1250"),
        "{:?}",
        fetched.certificate.warnings
    );
    let damaged = "id,name\n1,Zoë\n2,Zoë\n3,X".bytes().chain([0xe9]).collect::<Vec<_>>();
    let fetched = Folder::new().with("x.csv", damaged).fetch(source).await;
    assert!(fetched.error().contains("x.csv:4:4: the file is UTF-8 but for this byte"), "{}", fetched.error());
    let utf16: Vec<u8> = "\u{feff}id,name\n1,Müller\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let fetched = Folder::new().with("x.csv", utf16).fetch(source).await;
    assert_eq!(fetched.status(), "complete");
}

#[tokio::test]
async fn a_configured_column_has_to_be_there() {
    let source =
        |file| format!("vendor = \"file\"\nfile = \"{file}\"\n[source.columns]\nid = \"id\"\nemail = \"Mial\"");
    let fetched = Folder::new().with("x.csv", "id,Mail\n1,2\n").fetch(&source("x.csv")).await;
    assert!(fetched.error().contains("is \"Mial\"; did you mean \"Mail\"?"), "{}", fetched.error());
    let fetched = Folder::new().with("x.ndjson", "{\"id\":1,\"Mail\":2}\n").fetch(&source("x.ndjson")).await;
    assert_eq!(fetched.status(), "incomplete");
    assert!(fetched.error().contains("no record has \"Mial\""), "{}", fetched.error());
}

#[tokio::test]
async fn a_file_that_is_not_there() {
    let fetched = Folder::new().fetch("vendor = \"file\"\nfile = \"gone.csv\"").await;
    assert_eq!(fetched.status(), "failed");
    assert!(fetched.error().contains("gone.csv") && fetched.error().contains("relative to"), "{}", fetched.error());
}

#[test]
fn mistakes_in_the_configuration_are_found_before_the_file_is_read() {
    let kit = Folder::new();
    for (source, message) in [
        ("file = \"x.csv\"\ndelimiter = \"ab\"", "\"ab\" can't separate fields"),
        ("file = \"x.csv\"\nencoding = \"utf8000\"", "is no known encoding"),
        ("file = \"x.csv\"\ntimezone = \"Europe/Berln\"", "did you mean \"Europe/Berlin\"?"),
        ("file = \"x.csv\"\ndates = [\"%d.%m\"]", "can't be read as a date"),
        ("file = \"x.csv\"\ndates = [\"%Q\"]", "can't be read as a date"),
        ("file = \"x.csv\"\ndates = \"filetyme\"", "did you mean \"filetime\"?"),
        ("file = \"x.csv\"\nbase_url = \"https://x\"", "`base_url` means nothing"),
        ("file = \"x.csv\"\n[source.columns]\nemial = \"x\"", "did you mean `email`?"),
        ("file = \"x.csv\"\n[source.values]\nactive = [\"1\"]\ninactive = [\"1\"]", "\"1\" is among the words"),
    ] {
        let mistakes = kit.mistakes(&format!("vendor = \"file\"\n{source}"));
        assert!(mistakes.contains(message), "{source}: {mistakes}");
        assert!(mistakes.contains("headcount.toml:"), "{mistakes}");
    }
}
