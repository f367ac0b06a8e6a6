/* Reading sheets: columns by their names, then each row's agent, number, direction and time. Called by
 * looks. Pure: no clock, no database. */
#include "intake/dropfolders/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "core/csv.h"

enum column { C_FILE = 0, C_AGENT, C_STARTED_AT, C_TIME, C_DIRECTION, C_NUMBER, C_ID, COLUMNS };

/* Parts of names; one that ends in '$' stands at a word's end, one in '=' is the whole name. The build
 * makes `names` of columns.json, which the upload page reads too. */
static const char *const names[COLUMNS][14] = {
#include "intake/dropfolders/columns.h"
};

enum order { DAY_FIRST = 0, MONTH_FIRST, YEAR_FIRST };

struct reader {
    struct arena *a;
    struct str zone;
    enum order order;
    int at[COLUMNS]; /* -1: there is none */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_';
}

/* ---- columns ---- */

static bool speaks_of(struct str title, const char *name)
{
    struct str part = str_of(name);
    char end = part.p[part.n - 1];
    ptrdiff_t at;

    if (end == '=')
        return str_eq(title, str_sub(part, 0, part.n - 1));
    if (end != '$')
        return str_find(title, part, 0) >= 0;
    part.n--;
    for (at = str_find(title, part, 0); at >= 0; at = str_find(title, part, (size_t)at + 1))
        if ((size_t)at + part.n == title.n || !is_word(title.p[(size_t)at + part.n]))
            return true;
    return false;
}

/* Each column is taken once, in the order of what they may be. */
static void find_columns(struct reader *r, const struct csv_row *titles)
{
    bool taken[CSV_MAX_CELLS] = {false};

    for (int c = 0; c < COLUMNS; c++) {
        r->at[c] = -1;
        for (size_t i = 0; i < titles->n && i < CSV_MAX_CELLS && r->at[c] < 0; i++) {
            struct str title = str_lower(r->a, str_trim(titles->cells[i]));

            for (size_t k = 0; names[c][k] && !taken[i] && r->at[c] < 0; k++)
                if (speaks_of(title, names[c][k]))
                    r->at[c] = (int)i;
        }
        if (r->at[c] >= 0)
            taken[r->at[c]] = true;
    }
}

static struct str cell(const struct reader *r, const struct csv_row *row, enum column c)
{
    if (r->at[c] < 0 || (size_t)r->at[c] >= row->n)
        return STR("");
    return str_trim(row->cells[r->at[c]]);
}

/* ---- dates and times ---- */

/* One to `most` digits at the beginning of *s, taken off it. */
static bool take_number(struct str *s, size_t most, size_t *ret_digits, int64_t *ret)
{
    size_t n = 0;

    *ret = 0;
    for (; n < s->n && n < most && is_digit(s->p[n]); n++)
        *ret = *ret * 10 + (s->p[n] - '0');
    *s = str_sub(*s, n, s->n);
    *ret_digits = n;
    return n > 0;
}

static bool take_mark(struct str *s, const char *marks)
{
    if (!s->n || !s->p[0] || !strchr(marks, s->p[0]))
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool three_numbers(struct str s, int64_t v[3], size_t digits[3])
{
    for (int i = 0; i < 3; i++)
        if ((i && !take_mark(&s, "-./_")) || !take_number(&s, 4, &digits[i], &v[i]))
            return false;
    return s.n == 0 && digits[1] <= 2;
}

static bool eight_digits(struct str s, enum order order, int64_t v[3])
{
    static const size_t sizes[2][3] = {{2, 2, 4}, {4, 2, 2}};
    size_t n;

    if (s.n != 8)
        return false;
    for (int i = 0; i < 3; i++)
        if (!take_number(&s, sizes[order == YEAR_FIRST][i], &n, &v[i]) ||
            n != sizes[order == YEAR_FIRST][i])
            return false;
    return true;
}

static bool day_of(struct str s, enum order order, int64_t ymd[3])
{
    int64_t v[3], swap;
    size_t digits[3];

    if (!eight_digits(s, order, v) && !three_numbers(s, v, digits))
        return false;
    if (s.n == 8 && v[order == DAY_FIRST] > 12 && v[0] <= 31) /* 20260703, whatever the others are */
        (void)eight_digits(s, YEAR_FIRST, v);
    if (v[0] > 31) {
        memcpy(ymd, v, sizeof v);
        return true;
    }
    if (order == YEAR_FIRST)
        return false;
    if (order == DAY_FIRST) {
        swap = v[0];
        v[0] = v[1];
        v[1] = swap;
    }
    ymd[0] = v[2] < 100 ? 2000 + v[2] : v[2];
    ymd[1] = v[0];
    ymd[2] = v[1];
    return true;
}

static bool time_of_day(struct arena *a, struct str s, int64_t hms[3])
{
    struct str rest;
    size_t n;
    bool half;

    s = str_lower(a, str_trim(s));
    hms[2] = 0;
    if (!take_number(&s, 2, &n, &hms[0]))
        return false;
    (void)take_mark(&s, ":.h_-");
    if (!take_number(&s, 2, &n, &hms[1]) || n != 2)
        return false;
    rest = s;
    (void)take_mark(&rest, ":.m_-");
    if (take_number(&rest, 2, &n, &hms[2])) {
        if (n != 2)
            return false;
        s = rest;
        (void)take_mark(&s, "s");
    }
    s = str_trim(s);
    half = str_is(s, "am") || str_is(s, "pm");
    if (half)
        hms[0] = hms[0] % 12 + (s.p[0] == 'p' ? 12 : 0);
    return (half || !s.n) && hms[0] < 24 && hms[1] < 60 && hms[2] < 60;
}

static bool when_of(const struct reader *r, struct str day, struct str clock, int64_t *ret)
{
    int64_t ymd[3], hms[3] = {0, 0, 0}, n;

    if (!clock.n && time_parse(day, ret))
        return true;
    if (!clock.n && str_to_int(day, &n) && n > 0 && (day.n == 10 || day.n == 13)) {
        *ret = n * (day.n == 10 ? TIME_S : TIME_MS);
        return true;
    }
    for (size_t i = 0; i < day.n && !clock.n; i++)
        if (day.p[i] == ' ' || day.p[i] == 'T' || day.p[i] == '\t') {
            clock = str_trim(str_sub(day, i + 1, day.n));
            day = str_sub(day, 0, i);
        }
    return day_of(day, r->order, ymd) && (!clock.n || time_of_day(r->a, clock, hms)) &&
           time_parse_local(str_fmt(r->a, "%04lld-%02lld-%02lld %02lld:%02lld:%02lld",
                                    (long long)ymd[0], (long long)ymd[1], (long long)ymd[2],
                                    (long long)hms[0], (long long)hms[1], (long long)hms[2]),
                            r->zone, ret);
}

/* How the dates are written, as far as they tell: day first unless one forbids it. */
static enum order order_of(const struct reader *r, const struct csv_row *rows, size_t n)
{
    enum order order = DAY_FIRST;

    for (size_t i = 1; i < n; i++) {
        struct str s = cell(r, &rows[i], C_STARTED_AT);
        size_t first, second;
        int64_t x, y;

        if (!take_number(&s, 4, &first, &x) || !take_mark(&s, "-./") ||
            !take_number(&s, 2, &second, &y) || !take_mark(&s, "-./"))
            continue;
        if (first == 4)
            return YEAR_FIRST;
        if (y > 12)
            order = MONTH_FIRST;
    }
    return order;
}

/* ---- rows ---- */

static struct str shown(struct arena *a, struct str s)
{
    size_t n = s.n < 60 ? s.n : 60;

    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_dup(a, str_sub(s, 0, n));
}

static enum call_direction direction_of(struct arena *a, struct str s)
{
    s = str_lower(a, s);
    if (str_is(s, "in") || str_is(s, "incoming"))
        return CALL_INBOUND;
    if (str_is(s, "out") || str_is(s, "outgoing"))
        return CALL_OUTBOUND;
    return str_is(s, "int") ? CALL_INTERNAL : call_direction_of(s);
}

/* Numbers without what people put between the digits. */
static struct str number_of(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, 256);

    for (size_t i = 0; i < s.n && i < 200; i++)
        if (!strchr(" ()-", s.p[i]) || !s.p[i])
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

static struct str or_none(struct str s)
{
    return s.n ? s : STR_NONE;
}

static void read_row(struct reader *r, const struct csv_row *from, struct sheet_row *to)
{
    struct str direction = cell(r, from, C_DIRECTION), date = cell(r, from, C_STARTED_AT),
               time = cell(r, from, C_TIME);
    ptrdiff_t at = str_find(date, STR(" 00:00"), 0);

    if (at < 0)
        at = str_find(date, STR("T00:00"), 0);
    to->facts = (struct name_facts){
        .agent = or_none(cell(r, from, C_AGENT)), .id = or_none(cell(r, from, C_ID)),
        .number = or_none(number_of(r->a, cell(r, from, C_NUMBER))), .started = TIME_NONE};
    if (direction.n) {
        to->facts.direction = direction_of(r->a, direction);
        if (to->facts.direction == CALL_UNKNOWN)
            to->wrong = str_fmt(r->a, "\"%.*s\" is no direction: write inbound, outbound or internal.",
                                STR_ARG(shown(r->a, direction)));
    }
    if (!date.n)
        return;
    if (time.n && at > 0)
        date = str_sub(date, 0, (size_t)at); /* a spreadsheet's date without a time */
    if (!when_of(r, date, time, &to->facts.started) || !event_time_fits(to->facts.started))
        to->wrong = str_fmt(r->a, "\"%.*s\" cannot be read as a date: write it as 2026-11-21 09:30.",
                            STR_ARG(shown(r->a, time.n ? str_fmt(r->a, "%.*s %.*s", STR_ARG(date),
                                                                 STR_ARG(time)) : date)));
}

static int compare(const void *x, const void *y)
{
    const struct sheet_row *p = x, *q = y;
    size_t n = p->key.n < q->key.n ? p->key.n : q->key.n;
    int by = n ? memcmp(p->key.p, q->key.p, n) : 0;

    if (by)
        return by;
    if (p->key.n != q->key.n)
        return p->key.n < q->key.n ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

void sheet_read(struct arena *a, struct str bytes, struct str zone, struct sheet *ret)
{
    struct reader r = {.a = a, .zone = zone};
    struct csv_row *rows;
    size_t n;
    const struct err *e = csv_parse(a, bytes, &rows, &n);

    *ret = (struct sheet){.problem = STR_NONE};
    if (e) {
        ret->problem = str_fmt(a, "It cannot be read as CSV: %.*s", STR_ARG(arena_why(a)));
        return;
    }
    if (n)
        find_columns(&r, &rows[0]);
    if (n < 2 || r.at[C_FILE] < 0) {
        ret->problem = n < 2 ? STR("It has no rows below the names of its columns.")
                             : STR("No column says which file a row is of: call one of them \"file\".");
        return;
    }
    r.order = order_of(&r, rows, n);
    ret->rows = ARENA_ARRAY(a, n, struct sheet_row);
    for (size_t i = 1; i < n; i++) {
        struct sheet_row *to = &ret->rows[ret->n];

        *to = (struct sheet_row){.file = cell(&r, &rows[i], C_FILE), .row = i + 1, .wrong = STR_NONE};
        to->key = sheet_key(a, to->file);
        if (!to->key.n)
            continue;
        read_row(&r, &rows[i], to);
        ret->n_wrong += to->wrong.p != NULL;
        ret->n++;
    }
    qsort(ret->rows, ret->n, sizeof *ret->rows, compare);
}

struct str sheet_key(struct arena *a, struct str path)
{
    size_t from = path.n;

    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '\\')
        from--;
    path = str_sub(path, from, path.n);
    for (size_t i = 2; i <= 6 && i < path.n; i++) /* an ending of one to five characters */
        if (path.p[path.n - i] == '.') {
            path = str_sub(path, 0, path.n - i);
            break;
        }
    return str_lower(a, str_trim(path));
}

const struct sheet_row *sheet_find(const struct sheet *s, struct str key)
{
    struct sheet_row wanted = {.key = key, .row = SIZE_MAX};
    size_t low = 0, high = s->n;

    while (low < high) { /* the first behind it */
        size_t mid = low + (high - low) / 2;

        if (compare(&s->rows[mid], &wanted) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low && str_eq(s->rows[low - 1].key, key) ? &s->rows[low - 1] : NULL;
}

static bool ends_in(struct str name, struct str ending)
{
    return name.n > ending.n && name.p[0] != '.' &&
           str_case_eq(str_sub(name, name.n - ending.n, ending.n), ending);
}

bool sheet_is_xlsx(struct str name)
{
    return ends_in(name, STR(".xlsx"));
}

bool sheet_name(struct str name)
{
    return ends_in(name, STR(".csv")) || ends_in(name, STR(".tsv")) || sheet_is_xlsx(name);
}
