#!/usr/bin/env bash
# limit: 1200
. deploy/lib/step.sh
build_step clang "$CHECK_CLANG" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang -DRINGSIGHT_TESTS=ON
