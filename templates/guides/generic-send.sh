#!/bin/sh
# Sends one call to a generic hook address, signed after Standard Webhooks. Needs openssl, curl, od.
#   HOOK_URL=https://... HOOK_SECRET=whsec_... sh generic-send.sh call.json
# Tries again while no 2xx answer comes, each time signed anew; the id stays, for it is the same event.
set -eu
file=$1
id=msg_$(openssl rand -hex 12)
key=$(printf %s "${HOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
for wait in 0 5 30 300; do
    sleep "$wait"
    ts=$(date +%s)
    # The very bytes of the file are signed and sent.
    sig=$({ printf %s "$id.$ts."; cat "$file"; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
    status=$(curl -sS -o /dev/null -w '%{http_code}' --max-time 30 --data-binary "@$file" \
        -H 'Content-Type: application/json' -H "webhook-id: $id" -H "webhook-timestamp: $ts" \
        -H "webhook-signature: v1,$sig" "$HOOK_URL") || status=000
    case $status in
    2??) echo "stored"; exit 0 ;;
    4??) [ "$status" = 429 ] || { echo "refused with $status: look at the guide's table" >&2; exit 1; } ;;
    esac
done
echo "no answer that counts; the last one was $status" >&2
exit 1
