#!/usr/bin/env bash
# limit: 1800
# The benches that measure how well scoring does, on a few samples: that they run and say what they
# should, not what the figures are.
. deploy/lib/step.sh
out=$(mktemp)
trap 'rm -f "$out"' EXIT
says() {
    if grep -qE "$2" "$out"; then printf 'ok %s\n' "$1"; else
        printf 'not ok %s\n' "$1"
        sed 's/^/# /' "$out"
    fi
}
tests/bench/gate "$CHECK_BUILD/ringsight-asr" 1 1 1 >"$out" 2>&1 || true
says 'clean speech is fit to score' '^clean +1 +0\.0 %'
says 'the gate is derived from speech that is degraded step by step' '^derived threshold: [0-9]+ %, holds .* lets .* pass$'
says 'what the threshold in use does is said beside it' '^threshold in use: [0-9.]+ %, holds'
tests/bench/labelled "$CHECK_BUILD" written >"$out" 2>&1 || true
says 'labelled calls are judged as written, each half apart' '^question +tune, written +held-out, written$'
says 'for each question the share that agrees is printed' '^closing +[0-9]+/30 [0-9]+ % +[0-9]+/30 [0-9]+ %$'
tests/bench/labelled "$CHECK_BUILD" spoken 1 >"$out" 2>&1 || true
says 'and as spoken and heard' '^not scored +[01] of 1 +[01] of 1$'
