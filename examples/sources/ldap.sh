#!/bin/sh
# Accounts of OpenLDAP or Active Directory for headcount. Arguments are those of ldapsearch, for example
#   ldap.sh -H ldaps://ldap.example.com -D cn=audit,dc=example,dc=com -y /run/secrets/ldap -b ou=people,dc=example,dc=com
# LDAP_FLAVOUR=ad reads Active Directory's attributes. Needs jq.
#
# A server that has a size limit sends the first accounts and then "Size limit exceeded": exit status 4. The list looks whole.
# Pages get around the limit of most servers; where they don't, this ends with 4, and headcount calls the source incomplete.
set -eu
case "${LDAP_FLAVOUR:-openldap}" in
  ad) filter='(&(objectCategory=person)(objectClass=user))' attributes='objectGUID sAMAccountName mail displayName userAccountControl whenCreated employeeID memberOf' ;;
  *) filter='(objectClass=inetOrgPerson)' attributes='entryUUID uid mail displayName cn employeeNumber pwdAccountLockedTime createTimestamp' ;;
esac
found=$(mktemp)
trap 'rm -f "$found"' EXIT
status=0
# shellcheck disable=SC2086
ldapsearch -x -LLL -o ldif-wrap=no -E pr=500/noprompt "$@" "$filter" $attributes >"$found" || status=$?
jq -Rcs --arg flavour "${LDAP_FLAVOUR:-openldap}" '
  def moment: if . == null then null else sub("^(?<y>....)(?<m>..)(?<d>..)(?<H>..)(?<M>..)(?<S>..)(\\.[0-9]+)?Z$"; "\(.y)-\(.m)-\(.d)T\(.H):\(.M):\(.S)Z") end;
  # Of one entry: attribute → values. Behind two colons a value is in base64.
  def entry: [split("\n")[] | capture("^(?<key>[^:;#]+)(;[^:]*)?:(?<coded>:?) ?(?<value>.*)$")
      # A GUID is bytes and no text: it stays as it is written.
      | if .coded == ":" and .key != "objectGUID" then .value |= @base64d else . end]
    | reduce .[] as $line ({}; .[$line.key] += [$line.value]);
  [split("\n\n")[] | entry | select(.dn)] as $entries
  | ($entries[] | if $flavour == "ad" then {
        id: .objectGUID[0], username: .sAMAccountName[0], email: .mail[0], display_name: .displayName[0],
        external_id: .employeeID[0], created_at: (.whenCreated[0] | moment), roles: (.memberOf // []),
        # Bit 2 is ACCOUNTDISABLE.
        status: (if (.userAccountControl[0] | tonumber) / 2 % 2 >= 1 then "inactive" else "active" end)
      } else {
        id: .entryUUID[0], username: .uid[0], email: .mail[0], display_name: (.displayName[0] // .cn[0]),
        external_id: .employeeNumber[0], created_at: (.createTimestamp[0] | moment),
        locked: (.pwdAccountLockedTime != null)
      } end)' "$found"
exit "$status"
