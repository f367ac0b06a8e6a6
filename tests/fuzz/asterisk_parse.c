/* An Asterisk delivery of any bytes: first line the time zone, second the trunks, third "AMI" for
 * messages of the manager interface or a content type for a posted record, the rest the body.
 * Whatever is taken must survive being stored and fold into calls; what is refused must say why. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "intake/calls/fold.h"
#include "providers/asterisk/asterisk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void settings_of(struct arena *a, struct str *rest, struct hook *h)
{
    struct jw w = jw_new(a);
    struct str zone = STR(""), trunks = STR("");

    str_split(rest, '\n', &zone);
    str_split(rest, '\n', &trunks);
    jw_open(&w, '{');
    jw_key(&w, "zone");
    jw_text(&w, zone);
    jw_key(&w, "trunks");
    jw_text(&w, trunks);
    jw_close(&w, '}');
    if (json_parse(a, jw_done(&w), &h->settings))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), type = STR("");
    struct event_list list = {0};
    struct call_row row;
    struct hook h = {0};
    struct call_event back;

    crypto_init();
    settings_of(a, &rest, &h);
    str_split(&rest, '\n', &type);
    h.method = str_is(type, "AMI") ? type : STR("POST");
    h.headers = str_fmt(a, "Content-Type: %.*s\r\n", STR_ARG(type));
    h.body = rest;
    if (asterisk_provider.parse(a, &h, &list)) {
        if (!arena_why(a).n)
            abort();
    } else {
        for (size_t i = 0; i < list.n; i++) {
            struct str text = event_encode(a, &list.v[i]);
            if (event_decode(a, text, &back) || !str_eq(event_encode(a, &back), text))
                abort();
        }
        if (list.n)
            call_fold(a, list.v, list.n, &row);
    }
    arena_free(a);
    return 0;
}
