#!/usr/bin/env bash
# limit: 1800
# Each fuzz target, two at a time: its corpus and for ten seconds inputs made from it by a fixed seed, so that
# a commit is asked the same on every machine, faster ones a little more; or for RINGSIGHT_FUZZ_SECONDS from a seed
# of chance, which is how new faults are found. What is new is kept outside the repository's corpus.
. deploy/lib/step.sh
TARGETS=fuzz build_step fuzz "$CHECK_FUZZ" -DCMAKE_BUILD_TYPE=None -DRINGSIGHT_FUZZ=ON \
    -DCMAKE_C_COMPILER=clang -DCMAKE_C_FLAGS='-O1 -g'

fuzz() {
    local target=$1 name folder
    name=$(basename "$target")
    folder=$CHECK_VAR/fuzz/$name
    local extent=(-seed=1 -runs=200000 -max_total_time=10)
    if [ -n "${RINGSIGHT_FUZZ_SECONDS:-}" ]; then extent=(-max_total_time="$RINGSIGHT_FUZZ_SECONDS"); fi
    mkdir -p "$folder/found" "tests/fuzz/corpus/$name"
    if "$target" "${extent[@]}" -rss_limit_mb=1024 -timeout=10 \
        -artifact_prefix="$folder/" "$folder/found" "tests/fuzz/corpus/$name" >"$folder/log" 2>&1; then
        printf 'ok fuzz %s\n' "$name"
    else
        printf 'not ok fuzz %s\n' "$name"
        tail -n 15 "$folder/log" | sed 's/^/    /'
    fi
}

running=0 found=no
for target in "$CHECK_FUZZ"/tests/fuzz/*; do
    if [ ! -f "$target" ] || [ ! -x "$target" ]; then continue; fi
    found=yes
    fuzz "$target" &
    running=$((running + 1))
    if [ "$running" -ge 2 ]; then
        wait -n
        running=$((running - 1))
    fi
done
wait
if [ "$found" = no ]; then printf 'not ok no fuzz target was built\n'; fi
