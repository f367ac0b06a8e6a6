/* Codes of letters and digits, written or spelled: IBAN, UK National Insurance number, Indian PAN. From
 * each token on, what follows is put together and looked at wherever a token ends. Called by find.c. */
#include <string.h>

#include "insight/sensitive/sensitive_int.h"

#define CODE_MAX 34
#define TOKENS_MAX 60

struct code {
    char text[CODE_MAX + 1];
    size_t n;
    bool words; /* holds whole words, not only spelled letters and mixed groups */
};

static bool put(struct code *c, char ch)
{
    if (c->n >= CODE_MAX)
        return false;
    c->text[c->n++] = ch;
    return true;
}

static bool put_digits(struct code *c, const struct token *t, const struct token *next, size_t times)
{
    struct str d = t->digits;

    if (t->how == HOW_TENS && next && next->how == HOW_DIGITS && next->digits.n == 1 &&
        next->digits.p[0] != '0')
        d.n = 1;
    for (size_t m = 0; m < (d.n == 1 ? times : 1); m++)
        for (size_t i = 0; i < d.n; i++)
            if (!put(c, d.p[i]))
                return false;
    return true;
}

/* A written group: "GB29", "NWBK", "AB-12-34". */
static bool put_text(struct code *c, struct str s)
{
    size_t digits = 0;

    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];

        if (ch == '-' || ch == '.')
            continue;
        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9')))
            return false;
        digits += ch <= '9';
        if (!put(c, ch >= 'a' ? (char)(ch - 32) : ch))
            return false;
    }
    c->words = c->words || (!digits && (s.n > 2 || c->n > s.n)); /* "AB 12 34 56 C" begins so */
    return true;
}

static bool add(struct code *c, const struct token *t, const struct token *next, size_t *io_times)
{
    bool ok;

    if (t->how == HOW_TIMES) {
        *io_times = (size_t)(t->digits.p[0] - '0');
        return true;
    }
    if (t->letter && !(t->how == HOW_DIGITS && !t->doubtful))
        ok = put(c, t->letter) && (*io_times < 2 || put(c, t->letter));
    else if (t->how == HOW_DIGITS || t->how == HOW_TENS)
        ok = put_digits(c, t, next, *io_times);
    else
        ok = t->text.n && put_text(c, t->text);
    *io_times = 1;
    return ok;
}

static bool is(char c, const char *set)
{
    return c && strchr(set, c) != NULL;
}

static bool all(const char *p, size_t n, char from, char to)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < from || p[i] > to)
            return false;
    return true;
}

/* HM Revenue & Customs, NIM39110: letters that a prefix has and has not, a suffix A to D. */
static bool is_nino(const struct code *c)
{
    const char *p = c->text;

    return c->n == 9 && !c->words && all(p, 2, 'A', 'Z') && !is(p[0], "DFIQUV") &&
           !is(p[1], "DFIQUVO") && all(p + 2, 6, '0', '9') && is(p[8], "ABCD");
}

/* Income Tax Department of India: the fourth letter says what kind of person it is. */
static bool is_pan(const struct code *c)
{
    const char *p = c->text;

    return c->n == 10 && !c->words && all(p, 5, 'A', 'Z') && is(p[3], "ABCFGHJLPT") &&
           all(p + 5, 4, '0', '9') && p[9] >= 'A' && p[9] <= 'Z';
}

/* 1 + the kind of the code that c is; 0: none. */
static int kind_of(const struct found *f, const struct code *c)
{
    if (f->kinds >> SENSITIVE_NINO & 1 && is_nino(c))
        return 1 + SENSITIVE_NINO;
    if (f->kinds >> SENSITIVE_PAN & 1 && is_pan(c))
        return 1 + SENSITIVE_PAN;
    if (f->kinds >> SENSITIVE_IBAN & 1 && sensitive_iban(str_n(c->text, c->n)))
        return 1 + SENSITIVE_IBAN;
    return 0;
}

static bool may_begin(const struct token *t)
{
    char c = t->text.n ? t->text.p[0] : 0;

    return t->letter || (c >= 'a' && c <= 'z' && t->how == HOW_NOT);
}

static size_t look(struct found *f, const size_t *order, size_t n, size_t i)
{
    struct code c = {.n = 0};
    size_t end = i, times = 1;
    int kind = 0;

    for (size_t k = i; k < n && k < i + TOKENS_MAX; k++) {
        const struct token *t = &f->t->at[order[k]];
        const struct token *next = k + 1 < n ? &f->t->at[order[k + 1]] : NULL;
        int now;

        if (k > i && t->how == HOW_FILLER)
            continue;
        if (!add(&c, t, next, &times))
            break;
        now = kind_of(f, &c);
        if (now) {
            kind = now;
            end = k;
        }
    }
    if (kind)
        found_mark(f, order, i, end, (enum sensitive_kind)(kind - 1));
    return kind ? end + 1 : i + 1;
}

void find_codes(struct found *f, const size_t *order, size_t n)
{
    for (size_t i = 0; i < n;)
        i = may_begin(&f->t->at[order[i]]) ? look(f, order, n, i) : i + 1;
}
