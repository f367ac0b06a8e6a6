#!/usr/bin/env bash
# needs: server
# only: asked
# limit: 1200
# The units and HAProxy's configuration with the release build inside, then one line for each security goal, from what
# the steps before have printed; where they did not run (deploy/check security), their tests are run here.
. deploy/lib/step.sh
if [ "$(id -u)" != 0 ]; then
    printf 'ok 1 # SKIP only root can confine programs as systemd would\n'
    exit 0
fi
installed=$CHECK_LOG/security-installed.log
node --test --test-reporter=tap tests/security/units.test.mjs >"$installed" 2>&1 || true
grep -E '^(not )?ok |^  error:|^#' "$installed" || true
logs=("$installed")
for step in 20-unit 30-sql 40-api 60-fuzz; do
    if [ -s "$CHECK_LOG/step-$step.log" ]; then logs+=("$CHECK_LOG/step-$step.log"); fi
done
if [ "${#logs[@]}" = 5 ]; then
    tests/security/run --from "${logs[@]}" || true # says "not ok" itself
else
    tests/security/run --besides "$installed" || true
fi
