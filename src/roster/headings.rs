//! What the headings of HR systems mean, by their list in `table/data/roster.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::config::RosterConfig;
use crate::model::ColumnRole;
use crate::table::{Purposes, fold, listed, lists, umlauts_written_out};

/// Folded heading → the roles that it can serve, with their ranks. Of several columns that could serve a role, those of the
/// lowest rank do; several of the same rank are ambiguous (addresses and login names excepted, of which a person may have
/// many).
static MEANINGS: LazyLock<HashMap<String, Vec<(ColumnRole, u8)>>> = LazyLock::new(|| {
    let mut meanings: HashMap<String, Vec<(ColumnRole, u8)>> = HashMap::new();
    for word in listed(lists::ROSTER) {
        let Some(role) = ColumnRole::ALL.into_iter().find(|role| role.as_str() == word.name) else { continue };
        for heading in [fold(word.text), fold(&umlauts_written_out(word.text))] {
            let known = meanings.entry(heading).or_default();
            if !known.contains(&(role, word.rank)) {
                known.push((role, word.rank));
            }
        }
    }
    meanings
});

/// What the headings of a roster can be for: as the configuration says, and what is well known.
pub(super) struct RosterHeadings(HashMap<String, ColumnRole>);

impl RosterHeadings {
    pub(super) fn new(config: &RosterConfig) -> Self {
        let configured =
            config.columns.iter().flat_map(|(role, headings)| headings.iter().map(|heading| (fold(heading), *role)));
        Self(configured.collect())
    }
}

impl Purposes for RosterHeadings {
    fn of(&self, heading: &str) -> Option<usize> {
        let own = self.0.get(&fold(heading)).copied();
        own.or_else(|| meanings(heading).first().map(|(role, _)| *role)).map(|role| role as usize)
    }

    fn essential(&self) -> usize {
        ColumnRole::EmployeeId as usize
    }
}

/// What a heading can mean; nothing if it isn't known.
pub(super) fn meanings(heading: &str) -> &'static [(ColumnRole, u8)] {
    MEANINGS.get(&fold(heading)).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use ColumnRole::{Email, EmployeeId, EndDate, Name, Username};

    use super::*;

    #[test]
    fn case_punctuation_and_umlauts_do_not_count() {
        for heading in ["EMPLOYEE_ID", "employee id", "Employee-ID:", "PersonalNummer", "numero de empleado"] {
            assert_eq!(meanings(heading).first().map(|(role, _)| *role), Some(EmployeeId), "{heading}");
        }
        assert_eq!(meanings("Beschaeftigungsende"), [(EndDate, 0)]);
        assert_eq!(meanings("Cost Center"), []);
    }

    #[test]
    fn words_may_stand_in_another_order() {
        for (role, headings) in [
            (Email, "E-Mail dienstlich | E-Mail (Arbeit) | Adresse mail professionnelle | Correo laboral"),
            (Name, "Nachname, Vorname | Nom Prénom | Apellidos y nombre"),
            (Username, "Benutzer-ID | Identifiant utilisateur"),
        ] {
            for heading in headings.split('|') {
                assert_eq!(meanings(heading), [(role, 0)], "{heading}");
            }
        }
    }

    #[test]
    fn only_the_user_id_has_two_meanings() {
        let double: Vec<_> = MEANINGS.iter().filter(|(_, roles)| roles.len() > 1).map(|(heading, _)| heading).collect();
        assert_eq!(double, ["userid"]);
    }
}
