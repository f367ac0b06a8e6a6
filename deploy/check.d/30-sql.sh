#!/usr/bin/env bash
# needs: server
# limit: 1200
# Catalogue lint, prepared statements and their plans.
. deploy/lib/step.sh
tests/sql/run
