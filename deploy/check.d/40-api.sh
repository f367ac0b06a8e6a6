#!/usr/bin/env bash
# needs: server
# limit: 2700
# The API over real sockets.
. deploy/lib/step.sh
npm_ci tests/api
node_tests npm --prefix tests/api test --silent
