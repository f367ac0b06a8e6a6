#!/usr/bin/env bash
# needs: server
# limit: 1800
# The dashboard in Chromium.
. deploy/lib/step.sh
npm_ci tests/browser
node_tests npm --prefix tests/browser test --silent
