//! The files that HR and the administrators would hand over: the roster, and the crosswalk of Voxmind.

use std::io;

use super::super::vendors::Vendor;
use super::World;
use super::chance::Topic;
use super::moments::day;
use super::person::{Employment, Identity};
use super::scenario::{Life, Link};

const HEADINGS: [&str; 13] = [
    "Worker ID",
    "Full Name",
    "Work Email",
    "Username",
    "Employment Status",
    "Worker Type",
    "Hire Date",
    "Termination Date",
    "Manager ID",
    "Department",
    "Job Title",
    "Location",
    "Cost Center",
];

/// Departments with their cost centre and titles.
const DEPARTMENTS: [(&str, &str, [&str; 3]); 6] = [
    ("Customer Support", "4100", ["Support Agent", "Senior Support Agent", "Team Lead"]),
    ("Sales", "4200", ["Sales Representative", "Account Manager", "Sales Lead"]),
    ("Collections", "4300", ["Collections Agent", "Case Handler", "Team Lead"]),
    ("Technical Service", "4400", ["Service Engineer", "Field Technician", "Dispatcher"]),
    ("Operations", "5100", ["Workforce Planner", "Quality Analyst", "Operations Manager"]),
    ("Information Technology", "6100", ["Systems Engineer", "Data Analyst", "Platform Engineer"]),
];

const LOCATIONS: [&str; 8] = ["London", "Lyon", "Leipzig", "Kraków", "Bergen", "İzmir", "Nagoya", "Lagos"];

impl World {
    /// Writes the roster as an HR system exports it, sorted by employee id.
    pub fn roster_csv(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(HEADINGS)?;
        for number in 0..self.employees() {
            csv.write_record(self.row(number))?;
        }
        csv.flush()
    }

    /// Writes the crosswalk: external ids at Voxmind that don't tell whose they are, and who it is.
    pub fn crosswalk_csv(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["key", "value", "employee_id"])?;
        let accounts = (0..self.accounts(Vendor::Voxmind)).filter_map(|number| self.account(Vendor::Voxmind, number));
        for account in accounts {
            if let (Some(external_id), Some(employee)) = (account.keys.external_id, account.keys.crosswalk) {
                csv.write_record(["external_id", &external_id, &employee])?;
            }
        }
        csv.flush()
    }

    /// The fields of one row, in the order of the headings.
    fn row(&self, number: u32) -> [String; 13] {
        let person = self.layout.person(number);
        let mut dice = self.seed.dice(Topic::Roster, 0, person);
        let identity = self.identity(person);
        let employment = self.employment(person);
        let manager = match self.life(person) {
            Life::NoManager => Some("E-1".to_owned()),
            _ => self.layout.manager(person, dice.u64(..)).map(|manager| self.identity(manager).employee_id()),
        };
        let department = dice.usize(..DEPARTMENTS.len())
            + usize::from(self.moved_in(person).is_some_and(|quarter| quarter <= self.layout.quarter));
        let (department, cost_center, titles) =
            DEPARTMENTS.get(department % DEPARTMENTS.len()).copied().unwrap_or_default();
        let (email, username) = self.keys_in_roster(person, &identity);
        [
            self.id_in_roster(person, &identity),
            identity.name,
            if dice.u8(0..20) == 0 { capitalised(&email) } else { email },
            if dice.u8(0..20) == 0 { username.to_uppercase() } else { username },
            employment.status.to_owned(),
            if employment.contractor { "Contractor" } else { "Employee" }.to_owned(),
            day(self.options.today, employment.hired).to_string(),
            employment.ends.map_or_else(String::new, |end| day(self.options.today, end).to_string()),
            manager.unwrap_or_default(),
            department.to_owned(),
            dice.choice(titles).unwrap_or_default().to_owned(),
            dice.choice(LOCATIONS).unwrap_or_default().to_owned(),
            cost_center.to_owned(),
        ]
    }

    /// A person's employment, by their story.
    pub(super) fn employment(&self, person: u32) -> Employment {
        let life = self.life(person);
        Employment::new(self.seed, person, life).aged(self.age(), life)
    }

    /// The quarter since which somebody works in another department.
    pub(super) fn moved_in(&self, person: u32) -> Option<u32> {
        match self.layout.regular(person) {
            Some(1 | 2) => Some(2),
            Some(3) => Some(3),
            _ => None,
        }
    }

    fn life(&self, person: u32) -> Life {
        self.layout.life(person)
    }

    /// A person's own employee id, or by mistake that of the first person of their story.
    fn id_in_roster(&self, person: u32, own: &Identity) -> String {
        match self.layout.story(person) {
            Some((cohort, role)) if role > 0 && cohort.scenario.life == Life::SameId => {
                self.identity(person - role).employee_id()
            }
            _ => own.employee_id(),
        }
    }

    /// Address and login name in the roster: a person's own, or where the story is that two people share them, those
    /// of the first.
    fn keys_in_roster(&self, person: u32, own: &Identity) -> (String, String) {
        let second = self.layout.story(person).filter(|(cohort, role)| {
            *role > 0 && cohort.scenario.accounts.iter().any(|shape| shape.link == Link::Shared)
        });
        match second {
            Some((_, role)) => {
                let first = self.identity(person - role);
                (first.email(), first.username)
            }
            None => (own.email(), own.username.clone()),
        }
    }
}

/// The address as somebody typed it who starts names with a capital.
fn capitalised(email: &str) -> String {
    let mut letters = email.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
