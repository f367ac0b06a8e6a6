/* The little XML that S3 stores answer with: flat elements without attributes. Called by s3.c on
 * bytes of another company's server; must not read past them. */
#include <string.h>

#include "net/s3.h"

static const struct {
    struct str name;
    char c;
} entities[] = {
    {{"amp;", 4}, '&'}, {{"lt;", 3}, '<'}, {{"gt;", 3}, '>'}, {{"quot;", 5}, '"'}, {{"apos;", 5}, '\''},
};

/* One entity behind its '&'; bytes used, 0 for none that we know. */
static size_t entity(struct str s, struct buf *b)
{
    unsigned code = 0;
    size_t i = 1, base = 10;

    for (size_t k = 0; k < sizeof entities / sizeof *entities; k++) {
        if (str_starts(s, entities[k].name)) {
            buf_char(b, entities[k].c);
            return entities[k].name.n;
        }
    }
    if (!s.n || s.p[0] != '#')
        return 0;
    if (s.n > 1 && s.p[1] == 'x') {
        base = 16;
        i = 2;
    }
    for (; i < s.n && s.p[i] != ';' && code < 0x80; i++) {
        const char *digits = "0123456789abcdef", *at = s.p[i] ? strchr(digits, s.p[i] | 32) : NULL;
        if (!at || (size_t)(at - digits) >= base)
            return 0;
        code = code * (unsigned)base + (unsigned)(at - digits);
    }
    if (i >= s.n || s.p[i] != ';' || code == 0 || code >= 0x80)
        return 0;
    buf_char(b, (char)code);
    return i + 1;
}

static struct str resolved(struct arena *a, struct str s)
{
    struct buf b;

    if (str_find(s, STR("&"), 0) < 0 || str_find(s, STR("<"), 0) >= 0)
        return s; /* an element with others in it: theirs are resolved when they are read */
    b = buf_new(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        size_t used = s.p[i] == '&' ? entity(str_sub(s, i + 1, s.n), &b) : 0;
        if (used)
            i += used;
        else
            buf_char(&b, s.p[i]);
    }
    return buf_str(&b).p ? buf_str(&b) : STR("");
}

struct str s3_xml(struct arena *a, struct str xml, const char *name, size_t *at)
{
    struct str open = str_fmt(a, "<%s>", name), close = str_fmt(a, "</%s>", name);
    ptrdiff_t from = *at <= xml.n ? str_find(xml, open, *at) : -1, to;

    if (from < 0)
        return STR_NONE;
    from += (ptrdiff_t)open.n;
    to = str_find(xml, close, (size_t)from);
    if (to < 0)
        return STR_NONE;
    *at = (size_t)to + close.n;
    return resolved(a, str_sub(xml, (size_t)from, (size_t)(to - from)));
}
