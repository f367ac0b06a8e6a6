/* The named errors, and raising one with its sentence. */
#include "core/err.h"

#define X(name, code, status, title) const struct err name[1] = {{code, status, title}};
ERRORS(X)
#undef X

const struct err *err_why(struct arena *a, const struct err *e, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    arena_set_why(a, str_vfmt(a, fmt, ap));
    va_end(ap);
    return e;
}
