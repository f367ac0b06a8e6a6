#!/usr/bin/env bash
# needs: server
# limit: 1200
# The units and HAProxy's configuration with the release build inside, then one line for each security goal, from what
# the steps before have printed; where they did not run (deploy/check security), their tests are run here.
. deploy/lib/step.sh
installed=$CHECK_LOG/security-installed.log untried=''
# Confining the units' programs needs root, and a machine that lets root make namespaces: many containers do not.
if [ "$(id -u)" != 0 ]; then
    untried='only root can confine programs as systemd would'
elif ! said=$(bwrap --die-with-parent --cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP \
    --ro-bind / / --dev /dev --proc /proc --ro-bind /sys /sys --tmpfs /tmp --remount-ro / \
    setpriv --reuid nobody --regid nogroup --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- true 2>&1); then
    untried="programs cannot be confined here: ${said//$'\n'/ }"
fi
RINGSIGHT_TEST_UNCONFINED=$untried node --test --test-reporter=tap tests/security/units.test.mjs >"$installed" 2>&1 || true
if [ -n "$untried" ]; then printf '# installed skipped: %s\n' "$untried" >>"$installed"; fi
cat "$installed"
logs=("$installed")
for step in 20-unit 30-sql 40-api 60-fuzz; do
    if [ -s "$CHECK_LOG/step-$step.log" ]; then logs+=("$CHECK_LOG/step-$step.log"); fi
done
if [ "${#logs[@]}" = 5 ]; then
    tests/security/run --from "${logs[@]}" || true # says "not ok" itself
else
    tests/security/run --besides "$installed" || true
fi
