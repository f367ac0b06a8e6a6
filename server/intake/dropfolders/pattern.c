/* Patterns of file names: read into a short list of items, then matched with a bounded search. Called
 * by the jobs and, for trying, by the routes. Pure. */
#include "intake/dropfolders/pattern.h"

#include <string.h>

#define ITEMS_MAX 40
#define STEPS_MAX 20000

enum item_kind { LITERAL = 0, ANY, AGENT, NUMBER, ID, DIRECTION, CLOCK };

struct item {
    enum item_kind kind;
    struct str text; /* of a literal; the format of a clock */
};

struct clock_parts {
    int64_t year, month, day, hour, minute, second, epoch; /* -1: not told */
};

struct found {
    struct str agent, number, id, direction;
    struct clock_parts clock;
};

struct match {
    const struct item *items;
    size_t n;
    int steps;
};

static const struct {
    const char *name;
    enum item_kind kind;
    const char *format;
} words[] = {
    {"any", ANY, NULL},           {"agent", AGENT, NULL}, {"number", NUMBER, NULL}, {"id", ID, NULL},
    {"direction", DIRECTION, NULL}, {"date", CLOCK, "%Y%m%d"}, {"time", CLOCK, "%H%M%S"},
};

/* ---- reading a pattern ---- */

static const struct err *format_ok(struct arena *a, struct str f)
{
    for (size_t i = 0; i < f.n; i++) {
        if (f.p[i] == '%' && (++i == f.n || !strchr("YymdHMSs%", f.p[i]) || !f.p[i]))
            return err_why(a, E_BAD_INPUT, "A date or time takes %%Y %%y %%m %%d %%H %%M %%S and %%s.");
    }
    return f.n ? NULL : err_why(a, E_BAD_INPUT, "A date or time needs a format, like {date:%%Y%%m%%d}.");
}

static const struct err *read_word(struct arena *a, struct str inside, struct item *ret)
{
    struct str format = inside, name = STR_NONE;

    str_split(&format, ':', &name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_is(name, words[i].name))
            continue;
        ret->kind = words[i].kind;
        if (ret->kind != CLOCK)
            return format.p ? err_why(a, E_BAD_INPUT, "{%.*s} takes no format.", STR_ARG(name)) : NULL;
        ret->text = format.p ? format : str_of(words[i].format);
        return format_ok(a, ret->text);
    }
    return err_why(a, E_BAD_INPUT, "{%.*s} is not known: use agent, number, id, direction, date, time or "
                                   "any.", STR_ARG(str_sub(name, 0, 40)));
}

static bool is_free(const struct item *i)
{
    return i->kind != LITERAL && i->kind != CLOCK;
}

static const struct err *read_pattern(struct arena *a, struct str p, struct item *items, size_t *ret_n)
{
    size_t n = 0;
    const struct err *e = NULL;

    for (size_t at = 0; at < p.n && !e; n++) {
        struct item *it = &items[n];
        bool open = p.p[at] == '{';
        ptrdiff_t end = str_find(p, open ? STR("}") : STR("{"), at);
        if (n == ITEMS_MAX)
            return err_why(a, E_BAD_INPUT, "The pattern has too many parts.");
        *it = (struct item){0};
        if (open && end < 0)
            return err_why(a, E_BAD_INPUT, "A brace is not closed.");
        if (open) {
            e = read_word(a, str_sub(p, at + 1, (size_t)end - at - 1), it);
            at = (size_t)end + 1;
        } else {
            it->text = str_sub(p, at, (end < 0 ? p.n : (size_t)end) - at);
            at += it->text.n;
        }
        if (!e && n && is_free(it) && is_free(&items[n - 1]))
            e = err_why(a, E_BAD_INPUT, "Two parts stand side by side with nothing between them: where one "
                                        "ends cannot be told.");
    }
    *ret_n = n;
    return e;
}

const struct err *pattern_check(struct arena *a, struct str pattern)
{
    struct item items[ITEMS_MAX];
    size_t n;

    if (pattern.n > 300 || !str_utf8(pattern))
        return err_why(a, E_BAD_INPUT, "At most 300 characters.");
    return read_pattern(a, pattern, items, &n);
}

/* ---- matching ---- */

static bool number_at(struct str s, size_t *at, size_t least, size_t most, int64_t *ret)
{
    int64_t v = 0;
    size_t n = 0;

    while (n < most && *at + n < s.n && s.p[*at + n] >= '0' && s.p[*at + n] <= '9')
        v = v * 10 + (s.p[*at + n++] - '0');
    if (n < least)
        return false;
    *at += n;
    *ret = v;
    return true;
}

static bool directive(char c, struct str s, size_t *at, struct clock_parts *k)
{
    switch (c) {
    case 'Y':
        return number_at(s, at, 4, 4, &k->year);
    case 'y':
        if (!number_at(s, at, 2, 2, &k->year))
            return false;
        k->year += 2000;
        return true;
    case 'm':
        return number_at(s, at, 2, 2, &k->month);
    case 'd':
        return number_at(s, at, 2, 2, &k->day);
    case 'H':
        return number_at(s, at, 2, 2, &k->hour);
    case 'M':
        return number_at(s, at, 2, 2, &k->minute);
    case 'S':
        return number_at(s, at, 2, 2, &k->second);
    case 's':
        return number_at(s, at, 9, 11, &k->epoch);
    default:
        return *at < s.n && s.p[(*at)++] == '%';
    }
}

static bool clock_at(struct str format, struct str s, size_t *at, struct clock_parts *k)
{
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] == '%') {
            if (!directive(format.p[++i], s, at, k))
                return false;
        } else if (*at >= s.n || s.p[(*at)++] != format.p[i]) {
            return false;
        }
    }
    return true;
}

static bool char_fits(enum item_kind kind, char c)
{
    if (c == '/')
        return false;
    if (kind == NUMBER)
        return (c >= '0' && c <= '9') || c == '+' || c == '*' || c == '#';
    if (kind == DIRECTION)
        return (c | 32) >= 'a' && (c | 32) <= 'z';
    return true;
}

static enum call_direction direction_of(struct arena *a, struct str s)
{
    s = str_lower(a, s);
    if (str_is(s, "in") || str_is(s, "incoming"))
        return CALL_INBOUND;
    if (str_is(s, "out") || str_is(s, "outgoing"))
        return CALL_OUTBOUND;
    return call_direction_of(s);
}

static void keep(struct found *f, enum item_kind kind, struct str s)
{
    if (kind == AGENT)
        f->agent = s;
    else if (kind == NUMBER)
        f->number = s;
    else if (kind == ID)
        f->id = s;
    else if (kind == DIRECTION)
        f->direction = s;
}

/* The items from the i-th on against s from `at` on; the shortest text that fits wins. */
static bool fits(struct match *m, size_t i, struct str s, size_t at, struct found *f)
{
    const struct item *it = &m->items[i];
    struct found trial;

    if (++m->steps > STEPS_MAX)
        return false;
    if (i == m->n)
        return at == s.n;
    if (it->kind == LITERAL)
        return str_starts(str_sub(s, at, s.n), it->text) && fits(m, i + 1, s, at + it->text.n, f);
    if (it->kind == CLOCK)
        return clock_at(it->text, s, &at, &f->clock) && fits(m, i + 1, s, at, f);
    for (size_t n = 1; at + n <= s.n && char_fits(it->kind, s.p[at + n - 1]); n++) {
        trial = *f;
        keep(&trial, it->kind, str_sub(s, at, n));
        if (fits(m, i + 1, s, at + n, &trial)) {
            *f = trial;
            return true;
        }
    }
    return false;
}

static int64_t time_of(struct arena *a, const struct clock_parts *k, struct str zone)
{
    int64_t t;

    if (k->epoch >= 0)
        return k->epoch * TIME_S;
    if (k->year < 0 || k->month < 0 || k->day < 0)
        return TIME_NONE;
    if (!time_parse_local(str_fmt(a, "%04lld-%02lld-%02lld %02lld:%02lld:%02lld", (long long)k->year,
                                  (long long)k->month, (long long)k->day,
                                  (long long)(k->hour < 0 ? 0 : k->hour),
                                  (long long)(k->minute < 0 ? 0 : k->minute),
                                  (long long)(k->second < 0 ? 0 : k->second)), zone, &t) ||
        !event_time_fits(t))
        return TIME_NONE;
    return t;
}

/* The last `folders` + 1 parts of the path. */
static struct str tail(struct str path, size_t folders)
{
    size_t at = path.n;

    for (; at > 0; at--)
        if (path.p[at - 1] == '/' && folders-- == 0)
            break;
    return str_sub(path, at, path.n);
}

static struct str without_ending(struct str name)
{
    for (size_t n = 1; n <= 6 && n < name.n; n++) {
        if (name.p[name.n - n] == '/')
            break;
        if (name.p[name.n - n] == '.')
            return str_sub(name, 0, name.n - n);
    }
    return name;
}

bool pattern_read(struct arena *a, struct str pattern, struct str path, struct str zone,
                  struct name_facts *ret)
{
    struct item items[ITEMS_MAX];
    struct match m = {.items = items};
    struct found f, start = {.clock = {-1, -1, -1, -1, -1, -1, -1}};
    size_t folders = 0;
    bool ok;

    *ret = (struct name_facts){.started = TIME_NONE};
    if (!pattern.n || read_pattern(a, pattern, items, &m.n))
        return false;
    for (size_t i = 0; i < pattern.n; i++)
        folders += pattern.p[i] == '/';
    path = tail(path, folders);
    f = start;
    ok = fits(&m, 0, without_ending(path), 0, &f);
    if (!ok) {
        f = start;
        m.steps = 0;
        ok = fits(&m, 0, path, 0, &f);
    }
    if (!ok)
        return false;
    ret->agent = f.agent;
    ret->number = f.number;
    ret->id = f.id;
    ret->direction = f.direction.p ? direction_of(a, f.direction) : CALL_UNKNOWN;
    ret->started = time_of(a, &f.clock, zone);
    return true;
}

void name_facts_prefer(struct name_facts *f, const struct name_facts *told)
{
    if (told->agent.n)
        f->agent = told->agent;
    if (told->number.n)
        f->number = told->number;
    if (told->id.n)
        f->id = told->id;
    if (told->direction != CALL_UNKNOWN)
        f->direction = told->direction;
    if (told->started != TIME_NONE)
        f->started = told->started;
}
