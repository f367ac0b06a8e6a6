#!/usr/bin/env bash
# limit: 1200
# The unit tests, as released and with sanitizers; whether checks of secrets take longer the more is right.
. deploy/lib/step.sh
run_programs "$CHECK_BUILD/tests/unit"
run_programs "$CHECK_ASAN/tests/unit"
"$CHECK_BUILD/tests/bench/timing" 50000 || true # says "not ok" itself
