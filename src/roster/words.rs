//! Words for the state of an employment and the kind of a worker: well-known ones as data, and the
//! organisation's own, which go first.

use std::collections::HashMap;

use super::cell::fold;
use super::headings::umlauts_written_out;
use crate::model::EmploymentStatus::{self, Active, Leave, Terminated};
use crate::model::WorkerKind::{self, Employee, External};

/// To teach headcount a word, add it here. Digits and single letters that mean different things elsewhere are left out: 0
/// is "withdrawn" here and "false" there. A and T are ADP's.
const STATUS: &[(EmploymentStatus, &str)] = &[
    (
        Active,
        "Active | A | Current | Currently Employed | Employed | Employee | Working | At Work | Enabled | Yes | True | Full-Time | Part-Time | Full Time | Part Time | Onboarding | Pre-hire | Future hire | Pending | Pending Hire | Hired | New Hire | Rehired | Reinstated | Probation | On Probation | Probationary | Notice Period | On Notice | Active - Payroll Eligible | Active - No Payroll | ACTIVE_PROCESS | ACTIVE_NO_PROCESS | Active Assignment | Active Contingent Assignment | In Service | In Post",
    ),
    (
        Active,
        "Aktiv | Aktives Arbeitsverhältnis | Beschäftigt | Angestellt | Tätig | Ja | Wahr | Vollzeit | Teilzeit | In Probezeit | Probezeit | In Kündigungsfrist | Eingestellt | Im Dienst",
    ),
    (
        Active,
        "Actif | Active | Présent | Présente | En poste | En activité | En fonction | Oui | Vrai | Temps plein | Temps partiel | En période d'essai | En préavis",
    ),
    (
        Active,
        "Activo | Activa | Alta | De alta | En alta | Vigente | Empleado | Empleada | Contratado | Contratada | Sí | Verdadero | Tiempo completo | Tiempo parcial | En periodo de prueba | En activo",
    ),
    (
        Leave,
        "Leave | On Leave | Leave of Absence | LOA | Leave With Pay | Leave Without Pay | Paid Leave | Paid Leave of Absence | Unpaid Leave | Unpaid Leave of Absence | Parental Leave | Maternity Leave | Paternity Leave | Family Leave | Military Leave | Medical Leave | Sick Leave | Long-Term Leave | Long Term Sick | Sabbatical | Suspended | Suspended Assignment | Furlough | Furloughed | SUSPEND_PROCESS | SUSPEND_NO_PROCESS | Suspended - Payroll Eligible | Suspended - No Payroll | Garden Leave | Gardening Leave | Dormant | Short Work Break | Short-Term Disability | Long-Term Disability | Extended Absence | Absent",
    ),
    (
        Leave,
        "Abwesend | Beurlaubt | Elternzeit | In Elternzeit | Mutterschutz | In Mutterschutz | Langzeitkrank | Langzeiterkrankt | Langzeitabwesend | Ruhend | Ruhendes Arbeitsverhältnis | Ruhendes Beschäftigungsverhältnis | Sabbatical | Freigestellt | Freistellung | Unbezahlter Urlaub | Pflegezeit",
    ),
    (
        Leave,
        "En congé | Congé | Congés | Congé parental | Congé maternité | Congé paternité | Congé sabbatique | Congé sans solde | Arrêt maladie | En arrêt | Longue maladie | Absent | Absente | Suspendu | Suspendue | Suspension du contrat | En disponibilité",
    ),
    (
        Leave,
        "De permiso | En licencia | Licencia | Permiso | Excedencia | En excedencia | Baja médica | Baja por enfermedad | Baja por maternidad | Baja por paternidad | Baja maternal | Incapacidad temporal | Suspendido | Suspendida",
    ),
    (
        Terminated,
        "Terminated | Termed | Term | T | Termination | Inactive | Not Active | No Longer Active | Non-Active | Nonactive | Not Employed | No Longer Employed | No Longer Here | Left | Has Left | Leaver | Former | Former Employee | Ex-Employee | Alumni | Alumnus | Ended | Contract Ended | Contract Expired | Expired | Resigned | Resignation | Quit | Voluntary Termination | Involuntary Termination | Retired | Retiree | Retirement | Retired With Pay | Terminated With Pay | Terminated Pension Payout | Deceased | Dismissed | Fired | Laid Off | Layoff | Redundant | Made Redundant | Separated | Separation | Discharged | Offboarded | Discarded | Withdrawn | Reported No Show | No Show | No | False | INACTIVE_PROCESS | INACTIVE_NO_PROCESS | Inactive - Payroll Eligible | Inactive - No Payroll | Inactive - Process When Earning | Inactive Assignment | Deactivated | Disabled | Archived | Cancelled | Canceled",
    ),
    (
        Terminated,
        "Inaktiv | Nicht aktiv | Nicht mehr aktiv | Nicht mehr beschäftigt | Ausgeschieden | Ausgetreten | Austritt | Beendet | Vertrag beendet | Ehemalig | Ehemalige | Ehemaliger | Ehemalige Mitarbeiterin | Ehemaliger Mitarbeiter | Entlassen | Pensioniert | Pensionär | Rentner | Verrentet | In Rente | Im Ruhestand | Verstorben | Nein | Falsch | Abgang",
    ),
    (
        Terminated,
        "Inactif | Inactive | Non actif | Plus actif | N'est plus actif | Sorti | Sortie | Parti | Partie | Terminé | Terminée | Contrat terminé | Fin de contrat | Licencié | Licenciée | Démissionné | Démissionnaire | Retraité | Retraitée | À la retraite | Décédé | Décédée | Ancien salarié | Ancienne salariée | Ancien employé | Radié | Radiée | Non | Faux",
    ),
    (
        Terminated,
        "Inactivo | Inactiva | No activo | No activa | Ya no activo | Ya no trabaja | Baja | De baja | Baja definitiva | Baja voluntaria | Cesado | Cesada | Cese | Terminado | Terminada | Contrato terminado | Fin de contrato | Despedido | Despedida | Jubilado | Jubilada | Fallecido | Fallecida | Desvinculado | Desvinculada | Extinguido | Extinguida | Ex empleado | Falso",
    ),
];

const WORKER_TYPE: &[(WorkerKind, &str)] = &[
    (
        Employee,
        "Employee | Emp | Regular | Regular Employee | Permanent | Permanent Employee | Staff | Internal | Full-Time | Part-Time | Full Time | Part Time | Full-Time Employee | Part-Time Employee | Intern | Trainee | Apprentice | Working Student | Student | Fixed Term | Fixed-Term | Temporary Employee | Salaried | Hourly | Salaried, full-time | Salaried, part-time | Hourly, full-time | Hourly, part-time | Executive | FTE | Full Time Equivalent | Employee (Fixed Term) | Permanent Staff | Payroll | W2 | W-2 | Seasonal | Casual | Seasonal Employee | Casual Employee | Officer | Active Employee",
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
        "Contractor | Independent Contractor | Contingent | Contingent Worker | CWK | Consultant | External | External Worker | Freelance | Freelancer | Agency | Agency Worker | Agency Temp | Temp | Vendor | Supplier | Partner | Outsourced | Third Party | 1099 | Non-Employee | Nonworker | Service Provider | Contract | Contract Worker | Contingent Labor | Contingent Labour | Outsourced Worker | Subcontractor | Self-Employed | Externals | C2C",
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

/// A word that was met.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Met<M> {
    pub(super) word: String,
    /// `None`: it means nothing to headcount.
    pub(super) meaning: Option<M>,
    /// The first line that has it.
    pub(super) line: u64,
    /// How many lines have it.
    pub(super) rows: u64,
}

/// Looks words up, and remembers which it met: rosters repeat a handful of them.
#[derive(Debug)]
pub(super) struct Looking<'v, M> {
    vocabulary: &'v Vocabulary<M>,
    /// Their positions among those that were met.
    positions: HashMap<String, usize>,
    met: Vec<Met<M>>,
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

impl<M: Copy + PartialEq> Vocabulary<M> {
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
        Looking { vocabulary: self, positions: HashMap::new(), met: Vec::new() }
    }

    /// What a word means: as it is, or before a suffix that says nothing else, as in `Terminated - Rehire` and
    /// `Active (US)`. `Active - Terminated` says two things, and means nothing.
    fn meaning(&self, word: &str) -> Option<M> {
        if let Some(meaning) = self.folded.get(&fold(word)) {
            return Some(*meaning);
        }
        let at = word.find([',', ';', ':', '(', '/', '–', '—']).into_iter().chain(word.find(" -")).min()?;
        let (head, tail) = word.split_at_checked(at)?;
        let meaning = self.folded.get(&fold(head)).copied()?;
        let agrees = self.hints(tail).iter().all(|hint| *hint == meaning) && !has_negation(tail);
        agrees.then_some(meaning)
    }

    /// What the words within a text say.
    fn hints(&self, text: &str) -> Vec<M> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2);
        words.chain([text]).filter_map(|word| self.folded.get(&fold(word)).copied()).collect()
    }

    /// What somebody who reads an unknown word would take it for, if it holds words that say one thing.
    pub(super) fn guess(&self, text: &str) -> Option<M> {
        let hints = self.hints(text);
        let first = *hints.first().filter(|_| !has_negation(text))?;
        hints.iter().all(|hint| *hint == first).then_some(first)
    }
}

/// Whether a text denies what else it says.
fn has_negation(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["not", "no", "non", "never", "longer", "nicht", "kein", "keine", "plus", "pas", "sans", "ya"];
    text.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&fold(word).as_str()))
}

impl<M: Copy + PartialEq> Looking<'_, M> {
    /// What a word means.
    ///
    /// # Errors
    /// The position among [`Self::into_met`] of one that isn't known.
    pub(super) fn meaning(&mut self, word: &str, line: u64) -> Result<M, usize> {
        let at = self.positions.get(word).copied().unwrap_or_else(|| {
            self.positions.insert(word.to_owned(), self.met.len());
            self.met.push(Met { word: word.to_owned(), meaning: self.vocabulary.meaning(word), line, rows: 0 });
            self.met.len() - 1
        });
        let met = self.met.get_mut(at).ok_or(at)?;
        met.rows += 1;
        met.meaning.ok_or(at)
    }

    /// The words that were met.
    pub(super) fn into_met(self) -> Vec<Met<M>> {
        self.met
    }
}

/// The words of all files.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) status: Vocabulary<EmploymentStatus>,
    pub(super) worker_type: Vocabulary<WorkerKind>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_languages_are_known() {
        let words = Vocabulary::of_status(&[]);
        for (word, meaning) in [
            ("ACTIVE", Active),
            ("aktiv", Active),
            ("en congé", Leave),
            ("Baja", Terminated),
            ("Beschaeftigt", Active),
            ("On-Leave", Leave),
            ("Termed", Terminated),
            ("t", Terminated),
            ("A", Active),
        ] {
            assert_eq!(words.meaning(word), Some(meaning), "{word}");
        }
        let words = Vocabulary::of_worker_type(&[]);
        assert_eq!(words.meaning("Intérimaire"), Some(External));
        assert_eq!(words.meaning("Werkstudentin"), Some(Employee));
    }

    #[test]
    fn what_is_denied_or_said_twice_is_not_active() {
        let words = Vocabulary::of_status(&[]);
        for (word, meaning) in [
            ("Not Active", Some(Terminated)),
            ("No longer active", Some(Terminated)),
            ("nicht mehr aktiv", Some(Terminated)),
            ("Active - Terminated", None),
            ("Active (terminated 3 May)", None),
            ("Active - not working", None),
            ("Active (on leave)", None),
            ("Terminated - Rehire", Some(Terminated)),
            ("Terminated – voluntary", Some(Terminated)),
            ("Active (US)", Some(Active)),
            ("Active, Full-Time", Some(Active)),
            ("Leave of Absence: medical", Some(Leave)),
            ("Vertrag beendet (K)", Some(Terminated)),
        ] {
            assert_eq!(words.meaning(word), meaning, "{word}");
        }
        for word in ["1", "0", "N", "Y", "L", "I", "S", "2", "3"] {
            assert_eq!(words.meaning(word), None, "{word} means different things");
        }
    }

    #[test]
    fn a_guess_is_made_where_words_say_one_thing() {
        let words = Vocabulary::of_status(&[]);
        assert_eq!(words.guess("Arbeitsvertrag beendet"), Some(Terminated));
        assert_eq!(words.guess("aktiv laut Lohnlauf"), Some(Active));
        assert_eq!(words.guess("nicht aktiv laut Lohnlauf"), None);
        assert_eq!(words.guess("Zombie"), None);
    }

    #[test]
    fn the_organisations_words_go_first() {
        let words = Vocabulary::of_status(&[("Suspended".to_owned(), Terminated), ("A1".to_owned(), Active)]);
        assert_eq!(words.meaning("suspended"), Some(Terminated));
        assert_eq!(words.meaning("a-1"), Some(Active));
    }

    #[test]
    fn words_are_counted() {
        let words = Vocabulary::of_status(&[]);
        let mut words = words.look_up();
        let found = [("Zzz", 4), ("Zzz", 9), ("aktiv", 9)].map(|(word, line)| words.meaning(word, line));
        assert_eq!(found, [Err(0), Err(0), Ok(Active)]);
        let met = |word: &str, meaning, line, rows| Met { word: word.to_owned(), meaning, line, rows };
        assert_eq!(words.into_met(), [met("Zzz", None, 4, 2), met("aktiv", Some(Active), 9, 1)]);
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
