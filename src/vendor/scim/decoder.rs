//! From a SCIM user (RFC 7643) to an account.
//!
//! Names of attributes are read in any case (2.1). An attribute that is absent has no value, or is none that the server
//! knows (2.5), so roles are known only where one of the attributes that hold them is there.

mod addresses;

use std::borrow::Cow;

use crate::fetch::Decoder;
use crate::fetch::record::{Decoded, Record, text_or_integer};
use crate::fetch::scan::RecordError;
use crate::model::{Account, AccountStatus, Fact, FactName, FurtherKeys, Json};
use addresses::Addresses;

/// RFC 7643, 4.3.
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What it tells.
pub(super) const EXPOSES: &[FactName] = {
    use FactName::{CreatedAt, DisplayName, Email, ExternalId, Roles, Status, UpdatedAt, Username};
    &[ExternalId, Email, Username, DisplayName, Status, Roles, CreatedAt, UpdatedAt]
};

/// Which SCIM attribute is the organisation's own identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ExternalId {
    /// `externalId`, which whoever provisions the account has set, and `employeeNumber` besides.
    #[default]
    Both,
    /// `externalId` and nothing else.
    Given,
    /// `employeeNumber` of the enterprise extension and nothing else.
    EmployeeNumber,
}

/// An attribute that says what a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleAttribute {
    Roles,
    /// The groups to which a user belongs; they are called what the server shows, as their values are identifiers.
    Groups,
    Entitlements,
}

impl RoleAttribute {
    const fn name(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Groups => "groups",
            Self::Entitlements => "entitlements",
        }
    }
}

/// From a SCIM user to an account.
#[derive(Debug)]
pub(super) struct ScimDecoder {
    pub(super) external_id: ExternalId,
    pub(super) roles_from: Vec<RoleAttribute>,
}

impl Decoder for ScimDecoder {
    fn exposes(&self) -> &'static [FactName] {
        EXPOSES
    }

    fn decode<'r>(&self, raw: Json<'r>) -> Result<Decoded<'r>, RecordError> {
        let mut user = Record::read_in_any_case(raw)?;
        let mut account = Account::new(user.id("id")?, raw);
        let mut further = FurtherKeys::default();
        account.external_id = self.external_id(&mut user, &mut further);
        account.email = Addresses::of(&mut user).shown(&mut further);
        account.username = user.text("userName");
        account.display_name = display_name(&mut user);
        account.status = user.flag("active").map(AccountStatus::from_active);
        account.roles = self.roles(&mut user);
        if let Some(mut meta) = user.object("meta") {
            account.created_at = meta.time("created").flatten();
            account.updated_at = meta.time("lastModified").flatten();
            user.absorb(meta);
        }
        account.further = further.kept();
        Ok(Decoded { account, problems: user.into_problems() })
    }
}

impl ScimDecoder {
    fn external_id<'r>(&self, user: &mut Record<'r>, further: &mut FurtherKeys<'r>) -> Fact<Option<Cow<'r, str>>> {
        match self.external_id {
            ExternalId::Given => user.text("externalId"),
            ExternalId::EmployeeNumber => employee_number(user),
            ExternalId::Both => {
                let id = user.text("externalId");
                let number = employee_number(user);
                if id.present().is_none() {
                    return if number.present().is_some() { number } else { id };
                }
                further
                    .external_ids
                    .extend(number.flatten().into_known().filter(|number| id.present() != Some(number)));
                id
            }
        }
    }

    /// What all of the attributes say together.
    fn roles<'r>(&self, user: &mut Record<'r>) -> Fact<Vec<Cow<'r, str>>> {
        let mut roles = Fact::NotExposed;
        for attribute in &self.roles_from {
            if user.value(attribute.name()).is_some() {
                let found = named(user, *attribute);
                roles = Fact::Known([roles.into_known().unwrap_or_default(), found].concat());
            }
        }
        roles
    }
}

fn employee_number<'r>(user: &mut Record<'r>) -> Fact<Option<Cow<'r, str>>> {
    let Some(mut extension) = user.object(ENTERPRISE) else { return Fact::Known(None) };
    let number = extension.text("employeeNumber");
    user.absorb(extension);
    number
}

/// `displayName`, or what `name` makes of it.
fn display_name<'r>(user: &mut Record<'r>) -> Fact<Option<Cow<'r, str>>> {
    let display_name = user.text("displayName");
    if display_name.present().is_some() {
        return display_name;
    }
    let Some(mut name) = user.object("name") else { return display_name };
    let formatted = name.text("formatted");
    let parts = [name.text("givenName"), name.text("familyName")];
    user.absorb(name);
    if formatted.present().is_some() {
        return formatted;
    }
    let parts: Vec<_> = parts.iter().filter_map(Fact::present).map(AsRef::as_ref).collect();
    Fact::Known((!parts.is_empty()).then(|| Cow::Owned(parts.join(" "))))
}

/// The names of what an attribute holds: objects with a value or something to show, or plain texts, as some servers send.
fn named<'r>(user: &mut Record<'r>, attribute: RoleAttribute) -> Vec<Cow<'r, str>> {
    let [first, second] = match attribute {
        RoleAttribute::Groups => ["display", "value"],
        RoleAttribute::Roles | RoleAttribute::Entitlements => ["value", "display"],
    };
    let mut roles = Vec::new();
    for element in user.list(attribute.name()) {
        if let Ok(mut role) = Record::read_in_any_case(element) {
            let name = role.text(first).flatten().into_known();
            roles.extend(name.or_else(|| role.text(second).flatten().into_known()));
        } else {
            roles.extend(text_or_integer(element));
        }
    }
    roles
}

#[cfg(test)]
mod tests;
