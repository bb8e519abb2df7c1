//! The file in which the administrators declare the accounts of functions.

use std::io;

use super::super::vendors::{Knows, Vendor};
use super::World;
use super::keys::function;
use super::moments::day;
use super::scenario::Declared;

impl World {
    /// Writes the declared accounts at these vendors.
    pub fn declared_toml(&self, vendors: &[Vendor], out: &mut impl io::Write) -> io::Result<()> {
        writeln!(out, "# Accounts that belong to a function, and who answers for them.")?;
        for cohort in &self.layout.cohorts {
            let Some(declared) = cohort.scenario.declared else { continue };
            for vendor in vendors.iter().filter(|vendor| cohort.scenario.at.has(**vendor)) {
                for person in cohort.people.clone() {
                    self.declaration(*vendor, declared, person, out)?;
                }
            }
        }
        Ok(())
    }

    fn declaration(&self, vendor: Vendor, declared: Declared, person: u32, out: &mut impl io::Write) -> io::Result<()> {
        let owner = self.identity(person);
        let login = function(owner.number);
        // Where people log in with an address, functions do.
        let (key, value) = match vendor.spec().knows {
            Knows::StaffIdAndAddress | Knows::Address => ("email", format!("{login}@{}", super::DOMAIN)),
            _ => ("username", login),
        };
        let reviewed = day(self.options.today, if declared == Declared::Unreviewed { -200 } else { -20 });
        writeln!(out, "\n[[account]]\nkind = \"shared\"\nsource = \"{}\"\n{key} = \"{value}\"", vendor.source_name())?;
        if declared != Declared::Unowned {
            writeln!(out, "owner = \"{}\"", owner.employee_id())?;
        }
        writeln!(out, "purpose = \"the desk in the entrance hall\"\nreview_date = {reviewed}")
    }
}
