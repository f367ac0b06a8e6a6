/* Fetches a recording by the address that the sender gave. The address is foreign: net decides on
 * the real address of each socket, the integration may name hosts, and no credentials go out. Runs
 * in a worker's job. */
#include "net/fetch.h"
#include "providers/generic/generic.h"

const struct err *generic_fetch(struct arena *a, struct fetch *f)
{
    struct fetch_peek peek = {.f = f, .a = a};
    struct http_request rq = {
        .url = f->recording->name, .redirects = HTTP_MAX_REDIRECTS,
        .total_ms = fetch_left_ms(f), .max_bytes = f->max_bytes,
        .sink = fetch_peek, .sink_arg = &peek,
    };
    struct http_response rs = {0};
    struct str text;
    const struct err *e;

    f->retry_after_s = -1;
    e = fetch_hosts(a, json_text(f->settings, "recording_hosts"), NULL, &rq.hosts);
    if (!e)
        e = fetch_http(a, f, &rq, &rs);
    /* Many stores answer 404 until the file has been put together. */
    if (e == E_NOT_FOUND)
        return err_why(a, E_NOT_READY, "There is no recording at the address yet (404).");
    if (e)
        return e;
    if (fetch_peek_end(&peek, &text) && text.n)
        return err_why(a, E_UPSTREAM,
                       "The address answered with text or a web page, not a recording. It must "
                       "work without signing in.");
    if (!f->bytes)
        return err_why(a, E_NOT_READY, "The address answered with an empty recording.");
    f->media_type = http_response_header(&rs, "content-type");
    return NULL;
}
