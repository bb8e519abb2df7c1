//! What `--version` says: the version, and the commit if the build was told of one.

use std::sync::LazyLock;

/// `0.1.0 (1a2b3c4d5e6f)` in a release, `0.1.0` elsewhere. `packaging/build.sh` names the commit; an archive of the source
/// knows none, and a working copy may hold what no commit does.
pub(super) static VERSION: LazyLock<String> =
    LazyLock::new(|| with_commit(env!("CARGO_PKG_VERSION"), option_env!("HEADCOUNT_COMMIT")));

fn with_commit(version: &str, commit: Option<&str>) -> String {
    /// As many digits as Git shows of a commit in a large repository.
    const SHOWN: usize = 12;
    commit.map_or_else(|| version.to_owned(), |commit| format!("{version} ({})", commit.get(..SHOWN).unwrap_or(commit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commit_is_said_if_it_is_known() {
        assert_eq!(with_commit("0.1.0", None), "0.1.0");
        assert_eq!(with_commit("0.1.0", Some("0123456789abcdef0123456789abcdef01234567")), "0.1.0 (0123456789ab)");
        assert_eq!(with_commit("0.1.0", Some("0123")), "0.1.0 (0123)");
    }
}
