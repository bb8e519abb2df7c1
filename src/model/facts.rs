//! The one table of the facts that a vendor's record can tell of an account.
//!
//! A row makes the fact's name, the field of the account, the key in `[source.columns]`, what a program of the user's own prints, the fact in conditions with its documentation, and the key in
//! the examples of rules. A new fact is a row here, and a line in the file of each vendor that tells it.

/// Hands the table to a macro, as rows of
/// `/// of the account` `Name field: kind, "what it means in a rule";`
///
/// The kinds: `maybe_text` and `maybe_time` can be absent; `status`, `flag`, `texts` and `time` can't.
/// The headings under which exports have them are listed in `table/data/accounts.txt`.
macro_rules! facts {
    ($with:ident) => {
        $with! {
            /// The identifier that the organisation gave to the vendor, often the employee id.
            ExternalId external_id: maybe_text, "the identifier that the organisation gave to the vendor";
            /// E-mail address.
            Email email: maybe_text, "e-mail address, as the vendor writes it";
            /// Login name.
            Username username: maybe_text, "login name";
            /// Name shown to people.
            DisplayName display_name: maybe_text, "name shown to people";
            /// Whether it can be used.
            Status status: status, "whether the vendor says that it can be used";
            /// Whether it is locked out.
            Locked locked: flag, "whether it is locked out";
            /// Whether it costs a licence.
            Licensed licensed: flag, "whether it costs a licence";
            /// The vendor's names of its roles or permission groups.
            Roles roles: texts, "the vendor's names of its roles or permission groups";
            /// When the account was created.
            CreatedAt created_at: time, "when it was created";
            /// When the account was last changed.
            UpdatedAt updated_at: time, "when it was last changed";
            /// When it was last used to log in; `Known(None)` means never.
            LastLoginAt last_login_at: maybe_time, "when it was last used to log in; absent: never";
            /// When it was deleted, or will be; `Known(None)` means neither.
            DeletedAt deleted_at: maybe_time, "when it was deleted, or is to be; absent: neither";
            /// Applications, telephony identities and other things bound to the account.
            Linked linked: texts, "applications and telephony identities that are bound to it";
        }
    };
}

pub(crate) use facts;
