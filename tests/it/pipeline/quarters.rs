//! Three quarters of the simulated organisation: each audit finds what is seeded, and says exactly what has changed.

use crate::support::tenant::{Tenant, counts, seeded};

#[test]
fn each_quarter_finds_what_is_seeded() {
    for quarter in 1..=3 {
        let tenant = Tenant::in_quarter(2_400, 1, quarter);
        let audited = tenant.audit(&["-q", "--format", "json"]);
        assert_eq!(counts(&audited.report()), seeded(&tenant.world), "quarter {quarter}: {}", audited.stderr());
        assert_eq!(audited.report().correlation.accounts, 2_440);
    }
}
