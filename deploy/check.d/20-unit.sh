#!/usr/bin/env bash
# limit: 600
# The unit tests, as released and with sanitizers.
. deploy/lib/step.sh
run_programs "$CHECK_BUILD/tests/unit"
run_programs "$CHECK_ASAN/tests/unit"
