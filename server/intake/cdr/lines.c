/* The parts of the CDR listener that need no socket. Pure; called by serve.c and the tests. */
#include "intake/cdr/cdr.h"

const struct err *cdr_range_parse(struct arena *a, struct str text, struct cdr_range *ret)
{
    struct str host, ports, first;
    ptrdiff_t colon = -1;

    text = str_trim(text);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == ':')
            colon = (ptrdiff_t)i;
    if (colon > 0) {
        host = str_sub(text, 0, (size_t)colon);
        ports = str_sub(text, (size_t)colon + 1, text.n);
        if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
            host = str_sub(host, 1, host.n - 2);
        ret->host = str_c(a, host);
        if (str_split(&ports, '-', &first) && str_to_int(first, &ret->first)) {
            ret->last = ret->first;
            if ((!ports.p || str_to_int(ports, &ret->last)) && ret->first >= 1024 &&
                ret->last <= 65535 && ret->first <= ret->last)
                return NULL;
        }
    }
    return err_why(a, E_BAD_INPUT,
                   "Setting cdr_listen is \"%.*s\": give an address and ports from 1024 on, like "
                   "0.0.0.0:5015-5099.", STR_ARG(text));
}

size_t cdr_ready(struct str received, bool quiet)
{
    size_t n = received.n;

    while (!quiet && n > 0 && received.p[n - 1] != '\n')
        n--;
    return n;
}
