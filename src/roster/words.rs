//! Words for the state of an employment and the kind of a worker: well-known ones as data, and the
//! organisation's own, which go first.

use std::collections::{BTreeMap, HashMap};

use super::cell::fold;
use super::headings::umlauts_written_out;
use crate::model::EmploymentStatus::{self, Active, Leave, Terminated};
use crate::model::WorkerKind::{self, Employee, External};

/// To teach headcount a word, add it here. Single letters are left out: T is terminated here and true there.
const STATUS: &[(EmploymentStatus, &str)] = &[
    (
        Active,
        "Active | Current | Employed | Working | Enabled | Yes | True | 1 | Full-Time | Part-Time | Full Time | Part Time | Onboarding | Pre-hire | Future hire | Pending | Hired | Probation | Active - Payroll Eligible | Active - No Payroll | ACTIVE_PROCESS | Active Assignment",
    ),
    (Active, "Aktiv | Beschäftigt | Angestellt | Ja | Wahr | Vollzeit | Teilzeit | In Probezeit | Probezeit"),
    (
        Active,
        "Actif | Active | Présent | En poste | En activité | Oui | Vrai | Temps plein | Temps partiel | En période d'essai",
    ),
    (
        Active,
        "Activo | Activa | Alta | De alta | Vigente | Empleado | Sí | Verdadero | Tiempo completo | Tiempo parcial | En periodo de prueba",
    ),
    (
        Leave,
        "Leave | On Leave | Leave of Absence | LOA | Paid Leave | Unpaid Leave | Parental Leave | Maternity Leave | Paternity Leave | Medical Leave | Sick Leave | Long-Term Leave | Sabbatical | Suspended | Furlough | Furloughed | SUSPEND_PROCESS | Suspended - Payroll Eligible | Suspended - No Payroll | Garden Leave",
    ),
    (
        Leave,
        "Abwesend | Beurlaubt | Elternzeit | In Elternzeit | Mutterschutz | Langzeitkrank | Langzeitabwesend | Ruhend | Ruhendes Arbeitsverhältnis | Sabbatical | Freigestellt | Unbezahlter Urlaub",
    ),
    (
        Leave,
        "En congé | Congé | Congé parental | Congé maternité | Congé sabbatique | Congé sans solde | Arrêt maladie | Absent | Suspendu | Suspension du contrat",
    ),
    (
        Leave,
        "De permiso | En licencia | Licencia | Permiso | Excedencia | En excedencia | Baja médica | Baja por maternidad | Baja maternal | Suspendido | Suspendida",
    ),
    (
        Terminated,
        "Terminated | Inactive | Left | Leaver | Former | Former Employee | Ex-Employee | Ended | Resigned | Retired | Deceased | Dismissed | Laid Off | Separated | Discharged | Offboarded | Withdrawn | No | False | 0 | INACTIVE_PROCESS | Inactive - Payroll Eligible | Inactive - No Payroll | Inactive - Process When Earning | Disabled",
    ),
    (
        Terminated,
        "Inaktiv | Ausgeschieden | Ausgetreten | Beendet | Ehemalig | Ehemaliger Mitarbeiter | Entlassen | Pensioniert | Verrentet | In Rente | Verstorben | Nein | Falsch",
    ),
    (
        Terminated,
        "Inactif | Inactive | Sorti | Sortie | Parti | Partie | Terminé | Licencié | Licenciée | Démissionné | Démissionnaire | Retraité | Retraitée | Décédé | Ancien salarié | Non | Faux",
    ),
    (
        Terminated,
        "Inactivo | Inactiva | Baja | Cesado | Cesada | Terminado | Despedido | Despedida | Jubilado | Jubilada | Fallecido | Desvinculado | Extinguido | Falso",
    ),
];

const WORKER_TYPE: &[(WorkerKind, &str)] = &[
    (
        Employee,
        "Employee | Emp | Regular | Regular Employee | Permanent | Permanent Employee | Staff | Internal | Full-Time | Part-Time | Full Time | Part Time | Full-Time Employee | Part-Time Employee | Intern | Trainee | Apprentice | Working Student | Student | Fixed Term | Fixed-Term | Temporary Employee | Salaried | Hourly | Salaried, full-time | Salaried, part-time | Hourly, full-time | Hourly, part-time | Executive",
    ),
    (
        Employee,
        "Mitarbeiter | Mitarbeiterin | Angestellte | Angestellter | Festangestellt | Festangestellter | Intern | Vollzeit | Teilzeit | Unbefristet | Befristet | Werkstudent | Werkstudentin | Praktikant | Praktikantin | Auszubildende | Auszubildender | Azubi | Minijob | Geringfügig beschäftigt | Aushilfe",
    ),
    (
        Employee,
        "Salarié | Salariée | Employé | Employée | Interne | CDI | CDD | Stagiaire | Alternant | Alternante | Apprenti | Apprentie | Cadre | Temps plein | Temps partiel",
    ),
    (
        Employee,
        "Empleado | Empleada | Interno | Fijo | Indefinido | Temporal | Plantilla | Becario | Becaria | Practicante | Aprendiz | Tiempo completo | Tiempo parcial | Nómina",
    ),
    (
        External,
        "Contractor | Independent Contractor | Contingent | Contingent Worker | CWK | Consultant | External | External Worker | Freelance | Freelancer | Agency | Agency Worker | Agency Temp | Temp | Vendor | Supplier | Partner | Outsourced | Third Party | 1099 | Non-Employee | Nonworker | Service Provider",
    ),
    (
        External,
        "Extern | Externe | Externer | Externer Mitarbeiter | Externe Mitarbeiterin | Freiberufler | Freiberuflerin | Freie Mitarbeit | Freier Mitarbeiter | Leiharbeit | Leiharbeiter | Leiharbeitnehmer | Zeitarbeit | Zeitarbeiter | Dienstleister | Berater | Beraterin | Selbstständig",
    ),
    (
        External,
        "Externe | Prestataire | Prestataire externe | Consultant externe | Consultante | Sous-traitant | Intérim | Intérimaire | Indépendant | Indépendante | Travailleur externe",
    ),
    (
        External,
        "Externo | Externa | Contratista | Consultor | Consultora | Autónomo | Autónoma | Subcontratado | Subcontratista | Proveedor | Trabajador externo | ETT",
    ),
];

/// What words mean.
#[derive(Debug)]
pub(super) struct Vocabulary<M> {
    folded: HashMap<String, M>,
}

/// Words that mean nothing, by how they are written.
pub(super) type UnknownWords = BTreeMap<String, Unknown>;

/// Looks words up, and remembers which it met.
#[derive(Debug)]
pub(super) struct Looking<'v, M> {
    vocabulary: &'v Vocabulary<M>,
    /// Words as they were met: rosters repeat a handful of them.
    met: HashMap<String, Option<M>>,
    unknown: UnknownWords,
}

/// A word that means nothing to headcount.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The first line that has it.
    pub(super) line: u64,
    /// How many lines have it.
    pub(super) rows: u64,
}

impl Vocabulary<EmploymentStatus> {
    /// The organisation's words for states, then the well-known ones.
    pub(super) fn of_status(own: &[(String, EmploymentStatus)]) -> Self {
        Self::new(own, STATUS)
    }
}

impl Vocabulary<WorkerKind> {
    /// The organisation's words for kinds of workers, then the well-known ones.
    pub(super) fn of_worker_type(own: &[(String, WorkerKind)]) -> Self {
        Self::new(own, WORKER_TYPE)
    }
}

impl<M: Copy> Vocabulary<M> {
    fn new(own: &[(String, M)], known: &[(M, &str)]) -> Self {
        let mut folded = HashMap::new();
        for (word, meaning) in own {
            folded.entry(fold(word)).or_insert(*meaning);
        }
        for (meaning, words) in known {
            for word in words.split('|') {
                folded.entry(fold(word)).or_insert(*meaning);
                folded.entry(fold(&umlauts_written_out(word))).or_insert(*meaning);
            }
        }
        Self { folded }
    }

    /// Starts to look words up.
    pub(super) fn look_up(&self) -> Looking<'_, M> {
        Looking { vocabulary: self, met: HashMap::new(), unknown: BTreeMap::new() }
    }
}

impl<M: Copy> Looking<'_, M> {
    /// What a word means. One that isn't known is remembered.
    pub(super) fn meaning(&mut self, word: &str, line: u64) -> Option<M> {
        let meaning = if let Some(meaning) = self.met.get(word) {
            *meaning
        } else {
            let meaning = self.vocabulary.folded.get(&fold(word)).copied();
            self.met.insert(word.to_owned(), meaning);
            meaning
        };
        if meaning.is_none() {
            note(&mut self.unknown, word, Unknown { line, rows: 1 });
        }
        meaning
    }

    /// The words that mean nothing.
    pub(super) fn into_unknown(self) -> UnknownWords {
        self.unknown
    }
}

/// Adds an unknown word of later lines.
pub(super) fn note(words: &mut UnknownWords, word: &str, found: Unknown) {
    match words.get_mut(word) {
        Some(known) => known.rows += found.rows,
        None => drop(words.insert(word.to_owned(), found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_languages_are_known() {
        let words = Vocabulary::of_status(&[]);
        let mut words = words.look_up();
        for (word, meaning) in [
            ("ACTIVE", Active),
            ("aktiv", Active),
            ("en congé", Leave),
            ("Baja", Terminated),
            ("Beschaeftigt", Active),
            ("On-Leave", Leave),
        ] {
            assert_eq!(words.meaning(word, 1), Some(meaning), "{word}");
        }
        let words = Vocabulary::of_worker_type(&[]);
        let mut words = words.look_up();
        assert_eq!(words.meaning("Intérimaire", 1), Some(External));
        assert_eq!(words.meaning("Werkstudentin", 1), Some(Employee));
    }

    #[test]
    fn the_organisations_words_go_first() {
        let words = Vocabulary::of_status(&[("Suspended".to_owned(), Terminated), ("A1".to_owned(), Active)]);
        let mut words = words.look_up();
        assert_eq!(words.meaning("suspended", 1), Some(Terminated));
        assert_eq!(words.meaning("a-1", 1), Some(Active));
    }

    #[test]
    fn unknown_words_are_counted() {
        let words = Vocabulary::of_status(&[]);
        let mut words = words.look_up();
        assert_eq!((words.meaning("Zzz", 4), words.meaning("Zzz", 9)), (None, None));
        assert_eq!(
            words.into_unknown().into_iter().collect::<Vec<_>>(),
            [("Zzz".to_owned(), Unknown { line: 4, rows: 2 })]
        );
    }

    /// Within a language no word may have two meanings; the first would win by accident.
    #[test]
    fn no_word_has_two_meanings() {
        fn check<M: Copy + PartialEq + std::fmt::Debug>(table: &[(M, &str)]) {
            let mut seen: HashMap<String, M> = HashMap::new();
            for (meaning, words) in table {
                for word in words.split('|').map(fold) {
                    assert!(!word.is_empty());
                    let other = seen.insert(word.clone(), *meaning).unwrap_or(*meaning);
                    assert_eq!(other, *meaning, "{word}");
                }
            }
        }
        check(STATUS);
        check(WORKER_TYPE);
    }
}
