#!/usr/bin/env bash
# The alert rules: they read, name metrics that there are, are silent on a healthy service, and each fires.
. deploy/lib/step.sh
says() {
    local name=$1 out
    shift
    if out=$("$@" 2>&1); then printf 'ok %s\n' "$name"; else printf 'not ok %s\n%s\n' "$name" "$out"; fi
}
unknown() {
    local metrics metric bad=0
    mapfile -t metrics < <(grep -ohE 'ringsight_[a-z_]+' deploy/alerts.yml | sort -u)
    for metric in "${metrics[@]}"; do
        grep -qF "\"$metric\"" server/core/metrics.h || { echo "$metric" && bad=1; }
    done
    return "$bad"
}
says 'the alert rules read' promtool check rules deploy/alerts.yml
says 'each alert is silent on a healthy service and fires on a broken one' promtool test rules tests/alerts/alerts.test.yml
says 'the alert rules name metrics that there are' unknown
