#!/usr/bin/env bash
# limit: 120
# SFTP inboxes: made twice, used, and closed, by the real script with an sshd, users and folders of its
# own. Only as root, whom the script needs.
. deploy/lib/step.sh
if [ "$(id -u)" != 0 ]; then
    printf 'ok 1 # SKIP only root can make users\n'
    exit 0
fi
place=$(mktemp -d /var/lib/ringsight-inbox-check.XXXXXX)
chmod 755 "$place"
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export SFTP_INBOX=$place/inbox SFTP_CONF=$place/conf SFTP_PORT=$port
inbox() { deploy/sftp-inbox "$@"; }
# shellcheck disable=SC2317 # a trap calls it
finish() {
    inbox remove acme front >/dev/null 2>&1 || true
    inbox remove acme back >/dev/null 2>&1 || true
    inbox stop >/dev/null 2>&1 || true
    rm -rf "$place"
}
trap finish EXIT
is() { if "${@:2}" >"$place/out" 2>&1; then printf 'ok %s\n' "$1"; else printf 'not ok %s\n' "$1"; sed 's/^/# /' "$place/out"; fi; }
isnt() { if "${@:2}" >"$place/out" 2>&1; then printf 'not ok %s\n' "$1"; else printf 'ok %s\n' "$1"; fi; }

said=$(inbox add acme front) || printf 'not ok an inbox is made\n'
value() { sed -n "s/^  $1 *//p" <<<"$said" | head -n 1; }
files=$(sed -n 's/.*path \([^ ,]*\),.*/\1/p' <<<"$said")
user=$(value user) password=$(value password)
printf 'RIFF....' >"$place/a.wav"
call() { curl -sS --insecure --max-time 20 -u "$user:$password" "$@"; }
is 'what it prints is enough to put a file' call -T "$place/a.wav" "sftp://127.0.0.1:$port/files/a.wav"
is 'the file lies where the drop folder looks' test -f "$files/a.wav"
is 'a file may be renamed when all of it is there' call -Q "rename /files/a.wav /files/b.wav" "sftp://127.0.0.1:$port/files/" -o /dev/null
isnt 'there is nothing beside its folder' call "sftp://127.0.0.1:$port/etc/passwd" -o /dev/null
isnt 'nor a way up' call --path-as-is "sftp://127.0.0.1:$port/files/../../etc/passwd" -o /dev/null
isnt 'nothing may be written beside it' call -T "$place/a.wav" "sftp://127.0.0.1:$port/x.wav"
isnt 'another password is refused' curl -sS --insecure -u "$user:wrong" "sftp://127.0.0.1:$port/files/" -o /dev/null
again=$(inbox add acme front)
is 'a second run changes nothing' grep -q 'as it was' <<<"$again"
is 'and the password still fits' call "sftp://127.0.0.1:$port/files/" -o /dev/null

ssh-keygen -q -t ed25519 -N '' -C '' -f "$place/key"
said=$(inbox add acme back --key "$(cat "$place/key.pub")")
other=$(value user)
kept=$(sed -n 's/.*path \([^ ,]*\),.*/\1/p' <<<"$said")
with_key() { curl -sS --insecure --max-time 20 --key "$place/key" --pubkey "$place/key.pub" -u "$other:" "$@"; }
is 'a key does instead of a password' with_key -T "$place/a.wav" "sftp://127.0.0.1:$port/files/a.wav"
shell() { timeout 10 ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i "$place/key" -p "$port" "$other@127.0.0.1" "$@"; }
isnt 'there is no shell' shell id
forward() { timeout 10 ssh -n -N -o BatchMode=yes -o ExitOnForwardFailure=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i "$place/key" -p "$port" -R 127.0.0.1:0:127.0.0.1:1 "$other@127.0.0.1"; }
isnt 'and no forwarding' forward
isnt 'nor one inbox into the other' with_key "sftp://127.0.0.1:$port/files/b.wav" -o /dev/null
is 'both are listed' test "$(inbox list | wc -l)" = 2
is 'one is closed' inbox remove acme back
isnt 'and lets nobody in' with_key "sftp://127.0.0.1:$port/files/" -o /dev/null
is 'its files stay' test -f "$kept/a.wav"
isnt 'names that are none are refused' inbox add '../etc' front
printf '1..18\n'
