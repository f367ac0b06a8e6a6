#!/usr/bin/env bash
# The simulated phone system keeps to the wire format; the conversations are complete.
. deploy/lib/step.sh
node_tests node --test --test-reporter=tap deploy/demo/test/
