//! The headings of well-known HR systems, as data. To teach headcount a heading, add it to a line below.
//!
//! The systems are Workday, `BambooHR`, SAP `SuccessFactors` (also its user export and SAP HCM), ADP, Personio,
//! Rippling, `HiBob`, UKG and Oracle HCM, in English, German, French and Spanish. Case, accents, spaces and
//! punctuation don't count, and an umlaut may be written out (ae, oe, ue).

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cell::fold;
use crate::model::ColumnRole::{
    self, Department, Email, EmployeeId, EndDate, FamilyName, GivenName, Location, Manager, Name, StartDate, Status,
    Title, Username, WorkerType,
};

/// Role, rank, headings. Of several columns that could serve a role, those of the lowest rank do; several of the
/// same rank are ambiguous (addresses and login names excepted, of which a person may have many).
const HEADINGS: &[(ColumnRole, u8, &str)] = &[
    // Identifier. What SuccessFactors calls a user id is a login name elsewhere, so it comes last.
    (
        EmployeeId,
        0,
        "Employee ID | EmployeeID | Employee Id | Emp ID | Worker ID | Associate ID | Person Number | Person ID | Person ID External | Staff ID",
    ),
    (
        EmployeeId,
        0,
        "Employee # | Employee Number | Employee No | Emp # | Emp No | Emp Number | Staff Number | Staff No | Personnel Number | Personnel No | Pers.No. | PERNR | Payroll Number | Employee Code | Emp Code | Worker Number",
    ),
    (
        EmployeeId,
        0,
        "Mitarbeiter-ID | Mitarbeiternummer | Mitarbeiter-Nr | Personalnummer | Personal-Nr | Pers.-Nr. | PersNr | Personal-ID | Stammnummer | MA-Nr",
    ),
    (
        EmployeeId,
        0,
        "Matricule | N° matricule | Numéro de matricule | Matricule salarié | ID employé | Identifiant employé | Identifiant salarié | Numéro d'employé | Numéro employé | N° employé | ID salarié | Numéro de salarié | Numéro matricule | Code salarié",
    ),
    (
        EmployeeId,
        0,
        "ID de empleado | ID empleado | ID del empleado | Número de empleado | Nº de empleado | Núm. de empleado | Num empleado | Código de empleado | Código empleado | Legajo | Número de personal | Identificador de empleado | ID de trabajador",
    ),
    (EmployeeId, 1, "File Number | Assignment Number | Position ID | EEID | Contingent Worker ID | Contractor ID"),
    (EmployeeId, 2, "ID | Number | Nummer | Identifiant | Número"),
    (EmployeeId, 3, "User ID | USERID"),
    // Names.
    (
        Name,
        0,
        "Full Name | Name | Employee Name | Employee | Mitarbeiter | Mitarbeitername | Vollständiger Name | Vor- und Nachname | Nom complet | Nom et prénom | Nom de l'employé | Nom du salarié | Collaborateur | Nombre completo | Nombre y apellidos | Nombre del empleado | Empleado | Nachname, Vorname | Name, Vorname | Nom Prénom | Prénom Nom | Prénom et nom | Apellidos y nombre | Apellidos, nombre",
    ),
    (
        Name,
        1,
        "Display Name | Anzeigename | Nom affiché | Nombre para mostrar | Payroll Name | Worker | Worker Name | Associate Name",
    ),
    (Name, 2, "Preferred Name | Legal Name | Legal Full Name"),
    (
        GivenName,
        0,
        "First Name | Firstname | Given Name | Forename | Vorname | Prénom | Nombre | Nombres | Nombre de pila",
    ),
    (
        GivenName,
        1,
        "Legal First Name | Preferred First Name | Legal Name - First Name | Rufname | Prénom usuel | Known As",
    ),
    (
        FamilyName,
        0,
        "Last Name | Lastname | Family Name | Surname | Nachname | Familienname | Zuname | Nom | Nom de famille | Apellido | Apellidos | Primer apellido",
    ),
    (FamilyName, 1, "Legal Last Name | Preferred Last Name | Legal Name - Last Name | Nom d'usage"),
    // Addresses. A private one serves only where there is no other.
    (
        Email,
        0,
        "Email | E-Mail | Email Address | E-Mail Address | Work Email | Work Email Address | Email (Work) | Email - Work | Primary Work Email | Email - Primary Work | Primary Email | Business Email | Business Email Address | Company Email | Corporate Email | Office Email | Work Contact: Work Email",
    ),
    (
        Email,
        0,
        "Former Email | Previous Email | Old Email | Secondary Email | Secondary Work Email | Alternate Email | Email 2 | Email Alias | Additional Email",
    ),
    (
        Email,
        0,
        "E-Mail-Adresse | Mail | Mailadresse | Geschäftliche E-Mail | Geschäftliche E-Mail-Adresse | E-Mail (geschäftlich) | E-Mail geschäftlich | Dienstliche E-Mail | Arbeits-E-Mail | Firmen-E-Mail | Frühere E-Mail | E-Mail dienstlich | Dienstliche E-Mail-Adresse | E-Mail (Arbeit) | E-Mail (Firma)",
    ),
    (
        Email,
        0,
        "Adresse e-mail | Adresse email | Adresse mail | Courriel | Courriel professionnel | E-mail professionnel | Email professionnel | Adresse e-mail professionnelle | Mail professionnel | Adresse électronique | Ancien e-mail | Adresse mail professionnelle | E-mail pro | Mail pro | Adresse de messagerie",
    ),
    (
        Email,
        0,
        "Correo | Correo electrónico | Correo electrónico laboral | Correo electrónico del trabajo | Correo corporativo | Correo electrónico corporativo | Correo de trabajo | Email corporativo | Email de trabajo | Dirección de correo electrónico | Correo anterior | Correo laboral | Correo electrónico de trabajo | Correo empresarial | Correo de la empresa",
    ),
    (
        Email,
        1,
        "Personal Email | Home Email | Private Email | Email (Personal) | Personal Contact: Personal Email | Private E-Mail | E-Mail (privat) | E-Mail privat | E-mail personnel | Courriel personnel | Adresse e-mail personnelle | Mail personnel | Correo personal | Correo electrónico personal",
    ),
    // Login names.
    (
        Username,
        0,
        "Username | User Name | Login | Login Name | Network ID | Network Login | SAM Account Name | sAMAccountName | UPN | User Principal Name | AD Account | AD Username | Windows Account | Former Username | Benutzername | Anmeldename | Benutzerkennung | Kennung | Login-Name | Benutzer-ID | Nom d'utilisateur | Identifiant utilisateur | Nom de connexion | Identifiant de connexion | Identifiant réseau | Nombre de usuario | Usuario | Cuenta de usuario",
    ),
    (Username, 1, "User ID | USERID | User"),
    // State.
    (
        Status,
        0,
        "Status | Employment Status | Employee Status | Worker Status | Active Status | Position Status | Assignment Status | Assignment Status Type | Lifecycle Status | HR Status | Work Status | Current Status | Employment State",
    ),
    (
        Status,
        0,
        "Beschäftigungsstatus | Mitarbeiterstatus | Anstellungsstatus | Arbeitsstatus | Personalstatus | Statut | Statut de l'employé | Statut du salarié | Statut d'emploi | Statut employé | État | Situation | Estado | Estado del empleado | Estado laboral | Estado de empleo | Estatus | Situación laboral | Situación",
    ),
    (Status, 1, "Active | Is Active | Aktiv | Actif | Activo"),
    // Staff or external.
    (
        WorkerType,
        0,
        "Worker Type | Employee Type | Employment Type | Person Type | System Person Type | Worker Category | Worker Category Description | Workforce Type | Employee Class | Employment Category | Contract Type | Beschäftigungsart | Anstellungsart | Mitarbeitertyp | Mitarbeiterart | Vertragsart | Art der Beschäftigung",
    ),
    (
        WorkerType,
        0,
        "Type de contrat | Type d'employé | Type de travailleur | Type de collaborateur | Type d'emploi | Catégorie de salarié | Tipo de empleado | Tipo de contrato | Tipo de trabajador | Tipo de empleo | Categoría de empleado",
    ),
    // First day of the latest employment; the original one is kept as a column of its own.
    (
        StartDate,
        0,
        "Start Date | Hire Date | HireDate | Date of Hire | Hired | Hire | Employment Start Date | Date Hired | Latest Start Date | Last Hire Date | Most Recent Hire Date | Joining Date | Date of Joining | Join Date | Job Start Date",
    ),
    (
        StartDate,
        0,
        "Eintrittsdatum | Eintritt | Einstellungsdatum | Startdatum | Beginn | Beschäftigungsbeginn | Vertragsbeginn | Eintritt am | Beginn der Beschäftigung",
    ),
    (
        StartDate,
        0,
        "Date d'embauche | Date d'entrée | Date de début | Date d'arrivée | Date de début de contrat | Début de contrat | Date de recrutement",
    ),
    (
        StartDate,
        0,
        "Fecha de contratación | Fecha de alta | Fecha de ingreso | Fecha de inicio | Fecha de inicio de contrato | Fecha alta | Fecha ingreso | Fecha de incorporación",
    ),
    (
        StartDate,
        1,
        "Original Hire Date | Original Hire | Original Start Date | Contract Start Date | Ersteintritt | Ersteintrittsdatum",
    ),
    // Last day. The day on which notice was given is not one (so no "Kündigungsdatum").
    (
        EndDate,
        0,
        "End Date | Termination Date | Date of Termination | Terminated | Term Date | Employment End Date | Actual Termination Date | Company Exit Date | CompanyExitDate | Exit Date | Leaving Date | Leave Date | Date of Leaving | Separation Date | Contract End Date | Contract End | End of Contract | Date Left",
    ),
    (
        EndDate,
        0,
        "Austrittsdatum | Austritt | Austritt am | Enddatum | Ende | Beschäftigungsende | Vertragsende | Vertragsende am | Befristet bis | Befristung bis | Ende der Beschäftigung | Ausscheidedatum",
    ),
    (
        EndDate,
        0,
        "Date de sortie | Date de fin | Date de départ | Date de fin de contrat | Fin de contrat | Date de fin d'emploi | Date de cessation",
    ),
    (
        EndDate,
        0,
        "Fecha de baja | Fecha baja | Fecha de cese | Fecha de fin | Fecha de terminación | Fecha de salida | Fecha de finalización | Fecha fin de contrato | Fecha de fin de contrato | Fecha de egreso | Fin de contrato",
    ),
    (
        EndDate,
        1,
        "Last Day of Work | Last Working Day | Last Day Worked | Last Day | Letzter Arbeitstag | Dernier jour travaillé | Dernier jour de travail | Último día de trabajo | Último día trabajado | Último día",
    ),
    // Manager. An id says most, a name least.
    (
        Manager,
        0,
        "Manager ID | Manager Employee ID | Manager's ID | Supervisor ID | Manager Person Number | Reports To ID | Reports To Associate ID | Manager Worker ID | Line Manager ID | Manager Employee Number | Vorgesetzten-ID | Personalnummer Vorgesetzter | Personalnummer des Vorgesetzten | Matricule du responsable | Matricule responsable | ID du manager | ID del gerente | ID del supervisor | ID de gerente | ID del jefe",
    ),
    (
        Manager,
        1,
        "Manager Email | Manager's Email | Supervisor Email | Line Manager Email | Manager Work Email | Reports To Email | Reporting to Email | E-Mail Vorgesetzter | E-Mail des Vorgesetzten | E-mail du manager | E-mail du responsable | Correo del gerente | Correo del supervisor | Correo del jefe",
    ),
    (
        Manager,
        2,
        "Manager | Manager Name | Manager's Name | Supervisor | Supervisor Name | Reports To | Reports To Name | Reporting To | Line Manager | Direct Manager | Direct Supervisor | Worker's Manager | Vorgesetzter | Vorgesetzte/r | Vorgesetzte | Führungskraft | Teamleitung | Teamleiter | Responsable | Responsable hiérarchique | Supérieur hiérarchique | Supérieur | Gerente | Jefe | Jefe directo | Jefe inmediato | Superior",
    ),
    // Where and as what.
    (Department, 0, "Department | Department Name | Dept | Abteilung | Département | Service | Departamento"),
    (
        Department,
        1,
        "Home Department | Home Department Description | Supervisory Organization | Organization | Org Unit | Organisationseinheit | Team | Bereich | Unité organisationnelle | Direction | Área | Unidad organizativa",
    ),
    (Department, 2, "Division | Business Unit | Org Level 1 | Geschäftsbereich"),
    (
        Title,
        0,
        "Job Title | Title | Job Title Description | Stellenbezeichnung | Berufsbezeichnung | Positionsbezeichnung | Intitulé du poste | Intitulé de poste | Titre du poste | Título del puesto | Puesto | Puesto de trabajo",
    ),
    (
        Title,
        1,
        "Business Title | Job Name | Position Title | Position | Stelle | Poste | Fonction | Emploi | Cargo | Posición",
    ),
    (Title, 2, "Job | Role | Job Profile | Funktion | Rolle | Función"),
    (
        Location,
        0,
        "Location | Work Location | Location Name | Location Description | Standort | Arbeitsort | Dienstort | Lieu de travail | Lieu | Ubicación | Lugar de trabajo | Centro de trabajo | Sede",
    ),
    (Location, 1, "Site | Office | Büro | Niederlassung | Site de travail | Bureau | Établissement | Oficina"),
    (Location, 2, "Country | City | Land | Pays | Ville | País | Ciudad"),
];

/// Folded heading → the roles that it can serve, with their ranks.
static MEANINGS: LazyLock<HashMap<String, Vec<(ColumnRole, u8)>>> = LazyLock::new(|| {
    let mut meanings: HashMap<String, Vec<(ColumnRole, u8)>> = HashMap::new();
    for (role, rank, headings) in HEADINGS {
        for heading in headings.split('|').flat_map(|heading| [fold(heading), fold(&umlauts_written_out(heading))]) {
            let known = meanings.entry(heading).or_default();
            if !known.contains(&(*role, *rank)) {
                known.push((*role, *rank));
            }
        }
    }
    meanings
});

/// What a heading can mean; nothing if it isn't known.
pub(super) fn meanings(heading: &str) -> &'static [(ColumnRole, u8)] {
    MEANINGS.get(&fold(heading)).map_or(&[], Vec::as_slice)
}

/// `Beschäftigungsende` as `Beschaeftigungsende`.
pub(super) fn umlauts_written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            'ä' | 'Ä' => out.push_str("ae"),
            'ö' | 'Ö' => out.push_str("oe"),
            'ü' | 'Ü' => out.push_str("ue"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
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
