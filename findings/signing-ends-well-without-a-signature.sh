#!/usr/bin/env bash
# A program that signs, ends with 0, and hasn't signed: `ssh-keygen -Y sign FILE`, when FILE.sig is there already and nobody can be
# asked whether it may be overwritten. The old signature stays, which is of other contents or by another key.
#
# Seen with OpenSSH 9.2 (Linux). On a terminal it asks; without one, as in CI, it takes the missing answer for no, and says so
# on stderr only by its question.
#
# Whoever signs in a script has to remove FILE.sig first, or better to sign from standard input to standard output, and in any
# case to verify afterwards: the exit status proves nothing.
#
# Needs OpenSSH 8.2 or newer. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

ssh-keygen -q -t ed25519 -N '' -C '' -f key
echo "ada $(cat key.pub)" >signers
verify() {
    ssh-keygen -Y verify -f signers -I ada -n file -s "$1" <contents >/dev/null 2>&1 && echo good || echo bad
}

{
    echo one >contents
    ssh-keygen -Y sign -f key -n file contents </dev/null 2>/dev/null
    echo "first time: exit $?, $(verify contents.sig)"
    echo two >contents
    ssh-keygen -Y sign -f key -n file contents </dev/null >/dev/null 2>&1
    echo "second time, other contents: exit $?, $(verify contents.sig)"
    ssh-keygen -Y sign -f key -n file <contents >piped.sig 2>/dev/null
    echo "through a pipe: exit $?, $(verify piped.sig)"
} >seen

cat >expected <<'END'
first time: exit 0, good
second time, other contents: exit 0, bad
through a pipe: exit 0, good
END
diff expected seen
echo "as described"
