/* Writing JSON as text, without a tree. */
#include <string.h>

#include "core/json.h"
#include "core/time.h"

#define WRITE_MAX (64u << 20)

struct jw jw_new(struct arena *a)
{
    return (struct jw){.b = buf_new(a, WRITE_MAX)};
}

static void comma(struct jw *w)
{
    if (w->comma)
        buf_char(&w->b, ',');
    w->comma = true;
}

void jw_open(struct jw *w, char bracket)
{
    comma(w);
    buf_char(&w->b, bracket);
    w->comma = false;
}

void jw_close(struct jw *w, char bracket)
{
    buf_char(&w->b, bracket);
    w->comma = true;
}

void jw_key_str(struct jw *w, struct str key)
{
    comma(w);
    json_quote(&w->b, key);
    buf_char(&w->b, ':');
    w->comma = false;
}

void jw_key(struct jw *w, const char *key)
{
    jw_key_str(w, str_of(key));
}

void jw_text(struct jw *w, struct str s)
{
    if (!s.p) {
        jw_null(w);
        return;
    }
    comma(w);
    json_quote(&w->b, s);
}

void jw_int(struct jw *w, int64_t i)
{
    comma(w);
    buf_fmt(&w->b, "%lld", (long long)i);
}

void jw_bool(struct jw *w, bool yes)
{
    jw_raw(w, yes ? STR("true") : STR("false"));
}

void jw_null(struct jw *w)
{
    jw_raw(w, STR("null"));
}

void jw_uuid(struct jw *w, struct uuid u)
{
    char text[UUID_TEXT];

    if (uuid_is_zero(u))
        jw_null(w);
    else
        jw_text(w, uuid_text(u, text));
}

void jw_time(struct jw *w, int64_t t)
{
    char text[32];

    if (t == TIME_NONE)
        jw_null(w);
    else
        jw_text(w, time_iso(t, text));
}

void jw_raw(struct jw *w, struct str json)
{
    comma(w);
    buf_add(&w->b, json.p ? json : STR("null"));
}

struct str jw_done(struct jw *w)
{
    return buf_str(&w->b);
}

/* Bytes that go out as they are: printable ASCII but quote and backslash. */
static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static void quote_special(struct buf *b, unsigned char c)
{
    switch (c) {
    case '"':
        buf_add(b, STR("\\\""));
        break;
    case '\\':
        buf_add(b, STR("\\\\"));
        break;
    case '\n':
        buf_add(b, STR("\\n"));
        break;
    case '\r':
        buf_add(b, STR("\\r"));
        break;
    case '\t':
        buf_add(b, STR("\\t"));
        break;
    default:
        buf_fmt(b, "\\u%04x", c);
    }
}

/* Length of the UTF-8 character at the start of s, 0 if malformed. */
static size_t utf8_char(struct str s)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

    return n <= s.n && str_utf8(str_n(s.p, n)) ? n : 0;
}

/* Eight bytes at a time, whether all of them are plain: each test sets the top bit of a byte that
 * fails it (or of one above such a byte, which changes nothing for the whole). */
static bool plain8(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    uint64_t v, quote, slash;

    memcpy(&v, p, sizeof v);
    quote = v ^ ones * '"';
    slash = v ^ ones * '\\';
    return !((v | (v - ones * 0x20) | (quote - ones) | (slash - ones)) & tops);
}

static size_t skip_plain(struct str s, size_t i)
{
    while (s.n - i >= 8 && plain8(s.p + i))
        i += 8;
    while (i < s.n && plain((unsigned char)s.p[i]))
        i++;
    return i;
}

void json_quote(struct buf *b, struct str s)
{
    size_t from = 0;

    buf_char(b, '"');
    for (size_t i = skip_plain(s, 0); i < s.n; i = skip_plain(s, i)) {
        unsigned char c = (unsigned char)s.p[i];
        size_t n = c >= 0x80 ? utf8_char(str_sub(s, i, 4)) : 0;
        if (n) {
            i += n;
            continue;
        }
        buf_add(b, str_sub(s, from, i - from));
        if (c >= 0x80)
            buf_add(b, STR("\xef\xbf\xbd")); /* U+FFFD */
        else
            quote_special(b, c);
        from = ++i;
    }
    buf_add(b, str_sub(s, from, s.n - from));
    buf_char(b, '"');
}
