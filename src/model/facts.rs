//! The one table of the facts that a vendor's record can tell of an account.
//!
//! A row makes the fact's name, the field of the account, the key in `[source.columns]` with the headings under which
//! exports have it, what a program of the user's own prints, the fact in conditions with its documentation, and the key in
//! the examples of rules. A new fact is a row here, and a line in the file of each vendor that tells it.

/// Hands the table to a macro, as rows of
/// `/// of the account` `Name field: kind, "what it means in a rule", [headings in exports];`
///
/// The kinds: `maybe_text` and `maybe_time` can be absent; `status`, `flag`, `texts` and `time` can't.
/// Headings are without case, spaces and punctuation.
macro_rules! facts {
    ($with:ident) => {
        $with! {
            /// The identifier that the organisation gave to the vendor, often the employee id.
            ExternalId external_id: maybe_text, "the identifier that the organisation gave to the vendor",
                ["externalid", "employeeid", "employeenumber", "personnelnumber", "workerid"];
            /// E-mail address.
            Email email: maybe_text, "e-mail address, as the vendor writes it",
                ["email", "mail", "emailaddress", "mailaddress", "primaryemail", "workemail"];
            /// Login name.
            Username username: maybe_text, "login name",
                ["username", "login", "loginname", "userprincipalname", "samaccountname", "logon"];
            /// Name shown to people.
            DisplayName display_name: maybe_text, "name shown to people", ["displayname", "fullname", "name"];
            /// Whether it can be used.
            Status status: status, "whether the vendor says that it can be used",
                ["status", "active", "enabled", "isactive", "isenabled", "accountstatus", "accountenabled"];
            /// Whether it is locked out.
            Locked locked: flag, "whether it is locked out", ["locked", "islocked", "lockedout", "accountlocked"];
            /// Whether it costs a licence.
            Licensed licensed: flag, "whether it costs a licence",
                ["licensed", "islicensed", "haslicense", "haslicence"];
            /// The vendor's names of its roles or permission groups.
            Roles roles: texts, "the vendor's names of its roles or permission groups", ["roles", "role"];
            /// When the account was created.
            CreatedAt created_at: time, "when it was created",
                ["createdat", "created", "createddate", "creationdate", "datecreated", "whencreated"];
            /// When the account was last changed.
            UpdatedAt updated_at: time, "when it was last changed",
                ["updatedat", "updated", "modified", "modifiedat", "lastmodified", "whenchanged"];
            /// When it was last used to log in; `Known(None)` means never.
            LastLoginAt last_login_at: maybe_time, "when it was last used to log in; absent: never",
                ["lastloginat", "lastlogin", "lastlogon", "lastsignin", "lastlogindate"];
            /// When it was deleted, or will be; `Known(None)` means neither.
            DeletedAt deleted_at: maybe_time, "when it was deleted, or is to be; absent: neither",
                ["deletedat", "deleted", "deleteddate", "datedeleted"];
            /// Applications, telephony identities and other things bound to the account.
            Linked linked: texts, "applications and telephony identities that are bound to it", ["linked"];
        }
    };
}

pub(crate) use facts;
