#!/usr/bin/env bash
# needs: server
# Catalogue lint, prepared statements and their plans.
. deploy/lib/step.sh
tests/sql/run
