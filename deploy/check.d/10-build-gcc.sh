#!/usr/bin/env bash
# limit: 1200
. deploy/lib/step.sh
build_step gcc "$CHECK_BUILD" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DRINGSIGHT_TESTS=ON
