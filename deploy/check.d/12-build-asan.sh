#!/usr/bin/env bash
# limit: 1200
. deploy/lib/step.sh
build_step asan "$CHECK_ASAN" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS='-O1 -g' \
    -DCMAKE_C_COMPILER=gcc -DRINGSIGHT_SANITIZE=ON -DRINGSIGHT_TESTS=ON
