/* Numbers, amounts, yes and no, mail addresses and digits out of words. Called where a customer's words
 * become a value. Days are in said_days.c. */
#include "core/said.h"

#include <string.h>

#include "core/said_int.h"
#include "core/time.h"

#define MOST INT64_C(1000000000000000) /* hundredths */

static const char *const UNITS[] = {"zero", "one", "two", "three", "four", "five", "six", "seven",
                                    "eight", "nine", "ten", "eleven", "twelve", "thirteen",
                                    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
                                    "nineteen", NULL};
static const char *const TENS[] = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy",
                                   "eighty", "ninety", NULL};

/* ---- words ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void end_word(struct said_words *x, struct said_word *w)
{
    size_t from = 0;

    while (w->n && !is_letter(w->p[w->n - 1]) && !is_digit(w->p[w->n - 1]) && w->p[w->n - 1] != '%')
        w->n--;
    while (from < w->n && !is_letter(w->p[from]) && !is_digit(w->p[from]) && w->p[from] != '+')
        from++;
    if (w->n > from && w->n <= SAID_WORD_MAX && x->n < SAID_WORDS) {
        memmove(w->p, w->p + from, w->n - from);
        w->n -= from;
        x->w[x->n++] = *w;
    }
    w->n = 0;
}

/* The length of a currency sign, and its name. */
static size_t sign_at(struct str s, size_t i, const char **ret)
{
    static const struct {
        const char *sign, *name;
    } SIGNS[] = {{"$", "dollars"}, {"\xc2\xa3", "pounds"}, {"\xe2\x82\xac", "euros"},
                 {"\xe2\x82\xb9", "rupees"}};

    for (size_t k = 0; k < sizeof SIGNS / sizeof *SIGNS; k++)
        if (str_starts(str_sub(s, i, s.n), str_of(SIGNS[k].sign))) {
            *ret = SIGNS[k].name;
            return strlen(SIGNS[k].sign);
        }
    return 0;
}

static void add_name(struct said_words *x, const char *name)
{
    struct said_word w = {.n = strlen(name)};

    memcpy(w.p, name, w.n);
    if (x->n < SAID_WORDS)
        x->w[x->n++] = w;
}

void said_split(struct str s, struct said_words *x)
{
    struct said_word w = {0};

    x->n = 0;
    for (size_t i = 0; i < s.n && x->n < SAID_WORDS; i++) {
        char c = s.p[i];
        const char *name;
        size_t sign = sign_at(s, i, &name);
        bool parts = c == ' ' || c == '\n' || c == '\t';

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == '-' && w.n && is_letter(w.p[w.n - 1]))
            parts = true;
        if (parts || sign)
            end_word(x, &w);
        if (sign) {
            add_name(x, name);
            i += sign - 1;
        } else if (!parts && w.n < SAID_WORD_MAX) {
            w.p[w.n++] = c;
        }
    }
    end_word(x, &w);
}

struct str said_at(const struct said_words *x, size_t i)
{
    return i < x->n ? str_n(x->w[i].p, x->w[i].n) : STR("");
}

bool said_is(const struct said_words *x, size_t i, const char *word)
{
    return i < x->n && str_is(said_at(x, i), word);
}

int said_which(const struct said_words *x, size_t i, const char *const *list)
{
    for (int k = 0; i < x->n && list[k]; k++)
        if (str_is(said_at(x, i), list[k]))
            return k;
    return -1;
}

/* ---- numbers ---- */

static int64_t times(int64_t a, int64_t b)
{
    return a > MOST / b ? MOST : a * b;
}

/* "12,500.75" and what follows the digits ("k", "m", ""); false if it is no number. */
static bool digits_of(struct str t, int64_t *ret_hundredths, struct str *ret_rest)
{
    int64_t v = 0, part = 0;
    int places = -1;
    size_t i = 0;

    if (!t.n || !is_digit(t.p[0]))
        return false;
    for (; i < t.n; i++) {
        char c = t.p[i];

        if (is_digit(c) && places < 0)
            v = v > MOST / 10 ? MOST : v * 10 + (c - '0');
        else if (is_digit(c) && places < 2)
            part = part * 10 + (c - '0'), places++;
        else if (c == '.' && places < 0 && i + 1 < t.n && is_digit(t.p[i + 1]))
            places = 0;
        else if (!(c == ',' && places < 0) && !is_digit(c))
            break;
    }
    *ret_hundredths = times(v, 100) + (places == 1 ? part * 10 : part);
    *ret_rest = str_sub(t, i, t.n);
    return true;
}

static int64_t multiplier(struct str t)
{
    static const struct {
        const char *word;
        int64_t by;
    } M[] = {{"thousand", 1000}, {"k", 1000}, {"grand", 1000}, {"lakh", 100000}, {"lakhs", 100000},
             {"million", 1000000}, {"m", 1000000}, {"crore", 10000000}, {"crores", 10000000}};

    for (size_t i = 0; i < sizeof M / sizeof *M; i++)
        if (str_is(t, M[i].word))
            return M[i].by;
    return 0;
}

struct sum {
    int64_t total, current;
    bool any, unit, tens, literal;
};

/* Adds one word; false if the number has ended before it. */
static bool add_word(struct sum *s, const struct said_words *x, size_t i)
{
    int unit = said_which(x, i, UNITS), tens = said_which(x, i, TENS);
    int64_t v, by = multiplier(said_at(x, i));
    struct str rest;

    if (unit >= 0) {
        if (s->unit || s->literal || (s->tens && (unit == 0 || unit > 9)))
            return false;
        s->current += 100 * unit;
        s->unit = true;
    } else if (tens >= 0) {
        if (s->unit || s->tens || s->literal)
            return false;
        s->current += 1000 * (tens + 2);
        s->tens = true;
    } else if (said_is(x, i, "hundred") && s->current < 10000) {
        s->current = s->current ? times(s->current, 100) : 10000;
        s->unit = s->tens = s->literal = false;
    } else if (by && (s->any || by > 1000000)) {
        s->total += times(s->current ? s->current : 100, by);
        s->current = 0;
        s->unit = s->tens = s->literal = false;
    } else if (!s->current && !s->any && digits_of(said_at(x, i), &v, &rest)) {
        by = rest.n ? multiplier(rest) : 1;
        if (!by && !str_is(rest, "%"))
            return false;
        s->current = times(v, by ? by : 1);
        s->literal = true;
    } else {
        return false;
    }
    s->any = true;
    if (s->total > MOST)
        s->total = MOST;
    return true;
}

/* "and a half", "and fifty": how many words lead on to more of the number, 0 if none do. */
static size_t leads_on(struct sum *s, const struct said_words *x, size_t i)
{
    if (!said_is(x, i, "and"))
        return 0;
    if (said_is(x, i + 1, "a") && said_is(x, i + 2, "half")) {
        s->current += 50;
        return 3;
    }
    return said_which(x, i + 1, UNITS) >= 0 || said_which(x, i + 1, TENS) >= 0 ? 1 : 0;
}

size_t said_number_at(const struct said_words *x, size_t i, int64_t *ret)
{
    struct sum s = {0};
    size_t k = i;

    if (said_is(x, k, "a") && (said_is(x, k + 1, "hundred") || multiplier(said_at(x, k + 1)) >= 1000) &&
        x->w[k + 1].n > 1) {
        s.current = 100;
        s.any = true;
        k++;
    }
    while (k < x->n) {
        size_t n;

        if (add_word(&s, x, k)) {
            k++;
            continue;
        }
        n = s.any ? leads_on(&s, x, k) : 0;
        if (!n)
            break;
        k += n;
    }
    if (!s.any)
        return 0;
    *ret = s.total + s.current > MOST ? MOST : s.total + s.current;
    return k - i;
}

bool said_number(struct str text, int64_t *ret)
{
    struct said_words x;

    said_split(text, &x);
    for (size_t i = 0; i < x.n; i++)
        if (said_number_at(&x, i, ret))
            return true;
    return false;
}

static const char *currency_of(struct str t)
{
    static const char *const NAMES[][2] = {
        {"pounds", "GBP"}, {"pound", "GBP"}, {"quid", "GBP"}, {"sterling", "GBP"}, {"gbp", "GBP"},
        {"dollars", "USD"}, {"dollar", "USD"}, {"bucks", "USD"}, {"usd", "USD"}, {"euros", "EUR"},
        {"euro", "EUR"}, {"eur", "EUR"}, {"rupees", "INR"}, {"rupee", "INR"}, {"inr", "INR"},
        {"rs", "INR"}};

    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (str_is(t, NAMES[i][0]))
            return NAMES[i][1];
    return NULL;
}

bool said_money(struct str text, int64_t *ret, const char **ret_currency)
{
    struct said_words x;

    said_split(text, &x);
    for (size_t i = 0; i < x.n; i++) {
        size_t n = said_number_at(&x, i, ret);
        const char *before = i ? currency_of(said_at(&x, i - 1)) : NULL;
        const char *behind = n ? currency_of(said_at(&x, i + n)) : NULL;

        if (!n)
            continue;
        *ret_currency = behind ? behind : before ? before : "";
        return true;
    }
    return false;
}

/* ---- the rest ---- */

bool said_yes(struct str text, bool *ret)
{
    static const char *const YES[] = {"yes", "yeah", "yep", "yup", "correct", "right", "sure",
                                      "certainly", "absolutely", "definitely", "true", NULL};
    static const char *const NO[] = {"no", "nope", "not", "never", "none", "don't", "haven't",
                                     "hasn't", "isn't", "doesn't", "can't", "won't", "false", NULL};
    struct said_words x;

    said_split(text, &x);
    for (size_t i = 0; i < x.n; i++) {
        bool no = said_which(&x, i, NO) >= 0;

        if (no || said_which(&x, i, YES) >= 0) {
            *ret = !no;
            return true;
        }
    }
    return false;
}

static bool mail_holds(struct str t)
{
    ptrdiff_t at = str_find(t, STR("@"), 0), dot;

    if (at <= 0 || str_find(t, STR("@"), (size_t)at + 1) >= 0 || t.n > 254)
        return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];

        if (!((c >= 'a' && c <= 'z') || is_digit(c) || (c && strchr("._+-", c)) ||
              (ptrdiff_t)i == at))
            return false;
        if (c == '.' && (i == 0 || i + 1 == t.n || t.p[i + 1] == '.' || t.p[i + 1] == '@'))
            return false;
    }
    dot = str_find(t, STR("."), (size_t)at);
    return dot > at + 1;
}

struct str said_mail(struct arena *a, struct str text)
{
    static const char *const GLUE[][2] = {{"at", "@"}, {"dot", "."}, {"underscore", "_"},
                                          {"dash", "-"}, {"hyphen", "-"}};
    struct buf b = buf_new(a, 4096);
    struct str low = str_lower(a, text), part, rest;
    bool glued = true;

    while (str_split(&low, ' ', &part)) {
        const char *glue = NULL;

        while (part.n && strchr(".,;:!?", part.p[part.n - 1]))
            part.n--;
        for (size_t k = 0; k < sizeof GLUE / sizeof *GLUE; k++)
            if (str_is(part, GLUE[k][0]))
                glue = GLUE[k][1];
        if (!glue && !glued)
            buf_char(&b, ' ');
        buf_add(&b, glue ? str_of(glue) : part);
        glued = glue != NULL;
    }
    rest = buf_str(&b);
    while (str_split(&rest, ' ', &part))
        if (mail_holds(part))
            return str_dup(a, part);
    return STR_NONE;
}

struct str said_digits(struct arena *a, struct str text)
{
    struct buf b = buf_new(a, 256);
    struct said_words x;
    int repeat = 1;

    said_split(text, &x);
    for (size_t i = 0; i < x.n; i++) {
        int unit = said_which(&x, i, UNITS);

        if (said_is(&x, i, "plus") && !b.n)
            buf_char(&b, '+');
        if (said_is(&x, i, "oh") || said_is(&x, i, "o") || said_is(&x, i, "nought"))
            unit = 0;
        for (int k = 0; unit >= 0 && unit < 10 && k < repeat; k++)
            buf_char(&b, (char)('0' + unit));
        for (size_t k = 0; unit < 0 && k < x.w[i].n; k++)
            if (is_digit(x.w[i].p[k]) || (x.w[i].p[k] == '+' && !b.n))
                buf_char(&b, x.w[i].p[k]);
        repeat = said_is(&x, i, "double") ? 2 : said_is(&x, i, "triple") ? 3 : 1;
    }
    return b.n ? buf_str(&b) : STR("");
}

struct str said_date_text(struct arena *a, int64_t day)
{
    int64_t y, m, d;

    time_date(day, &y, &m, &d);
    return str_fmt(a, "%04d-%02d-%02d", (int)y, (int)m, (int)d);
}

struct str said_number_text(struct arena *a, int64_t h)
{
    return h % 100 ? str_fmt(a, "%lld.%02d", (long long)(h / 100), (int)(h % 100))
                   : str_fmt(a, "%lld", (long long)(h / 100));
}
