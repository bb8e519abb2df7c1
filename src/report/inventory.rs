//! Takes people out of the list of all accounts, as they are taken out of the report. Between the audit and the
//! renderers.

use std::io;

use super::{Named, Privacy, Pseudonyms};
use crate::audit::{AccountRow, Inventory};
use crate::model::SourceName;

impl Inventory {
    /// The same accounts, telling no more of people than `privacy` allows; none where the report only counts.
    ///
    /// # Errors
    /// The temporary file can't be read back, or another one can't be written.
    pub fn with_privacy(self, privacy: &Privacy) -> io::Result<Option<Self>> {
        match privacy {
            Privacy::Full => Ok(Some(self)),
            Privacy::Counts => Ok(None),
            Privacy::Pseudonymous(names) => {
                let renamed = Self::default();
                self.for_each(|source, row| {
                    let row = pseudonymous(source, &row, names);
                    let mut recorder = renamed.recorder(source);
                    recorder.record(place(&row.id), &row)?;
                    recorder.finish()
                })?;
                Ok(Some(renamed))
            }
        }
    }
}

/// What is left of an account is whether it has an owner, and how that was found.
fn pseudonymous(source: &SourceName, row: &AccountRow<'_>, names: &Pseudonyms) -> AccountRow<'static> {
    let id = names.of(Named::Account { source: source.as_str(), id: &row.id });
    let owner = row.employee_id.as_ref().map(|id| names.of(Named::Employee(id)).into());
    AccountRow::nameless(id.into(), row.situation.to_string().into(), row.tier, owner)
}

/// The vendor's order would say something about the accounts: the digits of the pseudonym take its place.
fn place(pseudonym: &str) -> u64 {
    let digits = pseudonym.rsplit('-').next().unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Work;
    use crate::model::{Fact, Tier};

    #[test]
    fn nothing_of_a_person_is_left_and_the_order_is_another() {
        let names = || Pseudonyms::new(b"a key of the organisation");
        let filled = || {
            let inventory = Inventory::default();
            let mut recorder = inventory.recorder(&SourceName::new("voiso"));
            for place in 0..50 {
                let row = AccountRow {
                    id: format!("oduya-{place}").into(),
                    external_id: Fact::Known(Some("oduya".into())),
                    email: Fact::Known(Some("oduya@example.com".into())),
                    username: Fact::Known(Some("oduya".into())),
                    display_name: Fact::Known(Some("Maren Oduya".into())),
                    status: Fact::NotExposed,
                    locked: Fact::NotExposed,
                    licensed: Fact::NotExposed,
                    last_login_at: Fact::NotExposed,
                    created_at: Fact::NotExposed,
                    deleted_at: Fact::NotExposed,
                    roles: Fact::Known(vec!["oduya's own".into()]),
                    privileged: Some(true),
                    situation: "matched".into(),
                    tier: Some(Tier::Email),
                    employee_id: Some("oduya".into()),
                    employee_name: Some("Maren Oduya".into()),
                    manager: Some("Oduya senior".into()),
                    work: Work { department: Some("Oduya's own".into()), ..Work::default() },
                };
                recorder.record(place, &row).expect("recorded");
            }
            recorder.finish().expect("written");
            inventory
        };
        let private = filled().with_privacy(&Privacy::Pseudonymous(names())).expect("renamed").expect("rows");
        let mut ids = Vec::new();
        private
            .for_each(|_, row| {
                assert!(!serde_json::to_string(&row).expect("JSON").to_lowercase().contains("oduya"), "{row:?}");
                assert_eq!(row.employee_id.as_deref(), Some(names().of(Named::Employee("oduya")).as_str()));
                ids.push(row.id.into_owned());
                Ok::<_, io::Error>(())
            })
            .expect("read");
        assert_eq!(ids.len(), 50);
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(filled().with_privacy(&Privacy::Counts).expect("nothing").is_none());
    }
}
