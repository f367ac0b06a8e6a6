#!/usr/bin/env bash
# What holds for the tree itself: layer rule, sizes, code map, words that must not stand anywhere.
. deploy/lib/step.sh
tests/meta/run
