/* Numbers made of digits: cards, security codes, identity numbers, accounts, phones. A run is a stretch of
 * tokens that write digits, with breath between; it may go over pauses and turns. Called by find.c. */
#include <string.h>

#include "insight/sensitive/sensitive_int.h"

#define RUN_MAX 160        /* digits; a longer run is looked at piece by piece */
#define BREATH 6           /* fillers in a row that do not end a number */
#define PAUSE_MS 20000     /* nor does so long a pause */
#define CARD_BEFORE 45     /* words; "may I have your card number" is asked well before it is read */
#define CARD_AFTER 14

struct run {
    size_t n;                 /* digits */
    char digits[RUN_MAX + 1];
    size_t from[RUN_MAX];     /* which of order[] wrote it */
    size_t groups[RUN_MAX];   /* digits of each token, in order */
    size_t n_groups;
    size_t first, last;       /* of order[] */
    bool plus, grouped;
};

/* ---- making runs ---- */

static void run_add(struct run *r, size_t at, char digit)
{
    if (r->n < RUN_MAX) {
        r->digits[r->n] = digit;
        r->from[r->n++] = at;
    }
}

static const struct token *token(const struct found *f, const size_t *order, size_t i)
{
    return &f->t->at[order[i]];
}

static bool numeric(const struct token *t)
{
    return t->how == HOW_DIGITS || t->how == HOW_TENS;
}

/* The digits that a token stands for, seen the next one: "forty" before "one" is a 4. */
static struct str digits_of(const struct token *t, const struct token *next)
{
    if (t->how == HOW_TENS && next && next->how == HOW_DIGITS && next->digits.n == 1 &&
        next->digits.p[0] != '0' && next->tongue == t->tongue)
        return str_sub(t->digits, 0, 1);
    return t->digits;
}

static bool goes_on(const struct token *last, const struct token *t)
{
    return t->start_ms - last->end_ms <= PAUSE_MS;
}

/* Reads the run that begins at order[i]; returns where to go on. */
static size_t run_read(const struct found *f, const size_t *order, size_t n, size_t i, struct run *r)
{
    size_t breath = 0, times = 1, k = i;

    memset(r, 0, sizeof *r);
    r->first = r->last = i;
    for (; k < n && r->n < RUN_MAX - 20; k++) {
        const struct token *t = token(f, order, k);
        const struct token *next = k + 1 < n ? token(f, order, k + 1) : NULL;
        struct str d;

        if (k > i && !goes_on(token(f, order, k - 1), t))
            break;
        r->plus = r->plus || (t->plus && !r->n);
        if (t->how == HOW_FILLER || (t->plus && !numeric(t))) {
            if (++breath > BREATH)
                break;
            continue;
        }
        if (t->how == HOW_TIMES) {
            times = (size_t)(t->digits.p[0] - '0');
            continue;
        }
        if (!numeric(t) && (t->how != HOW_ZEROS || !r->n))
            break;
        breath = 0;
        d = digits_of(t, next);
        for (size_t m = 0; m < (d.n == 1 ? times : 1); m++)
            for (size_t x = 0; x < d.n; x++)
                run_add(r, k, d.p[x]);
        r->groups[r->n_groups++ % RUN_MAX] = d.n;
        r->grouped = r->grouped || t->grouped;
        times = 1;
        r->last = k;
    }
    return r->n ? r->last + 1 : k + (k == i);
}

/* ---- what a run holds ---- */

static bool begins_word(const struct run *r, size_t d)
{
    return d == 0 || r->from[d - 1] != r->from[d];
}

static bool ends_word(const struct run *r, size_t d)
{
    return d + 1 == r->n || r->from[d + 1] != r->from[d];
}

/* Lengths in the order they are tried in. */
static const size_t CARD_LENGTHS[] = {16, 15, 14, 19, 13, 18, 17, 12};

/* Ranges of ISO/IEC 7812 issuers with the lengths that they use. */
static bool known_card(const char *d, size_t n)
{
    int two = (d[0] - '0') * 10 + d[1] - '0';
    int four = two * 100 + (d[2] - '0') * 10 + d[3] - '0';

    if (d[0] == '4')
        return n == 16 || n == 13 || n == 19;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
        return n == 16;
    if (two == 34 || two == 37)
        return n == 15;
    if (two == 30 || two == 36 || two == 38 || two == 39)
        return n == 14 || n == 16 || n == 19;
    if (two == 35 || two == 60 || two == 62 || two == 64 || two == 65 || two == 81 || two == 82)
        return n >= 16;
    return (two == 50 || (two >= 56 && two <= 69)) && n >= 12;
}

static bool card_here(const struct run *r, size_t at, size_t n, bool context)
{
    struct str s = str_n(r->digits + at, n);

    if (at + n > r->n || r->digits[at] == '0' || !ends_word(r, at + n - 1) || !sensitive_luhn(s))
        return false;
    for (size_t i = 1; i < n && r->digits[at + i] == r->digits[at]; i++)
        if (i + 1 == n)
            return false; /* one digit over and over */
    return known_card(s.p, n) || (context && n >= 13);
}

static size_t card_length(const struct run *r, size_t at, bool context)
{
    for (size_t i = 0; i < sizeof CARD_LENGTHS / sizeof *CARD_LENGTHS; i++)
        if (card_here(r, at, CARD_LENGTHS[i], context))
            return CARD_LENGTHS[i];
    return 0;
}

static void mark(struct found *f, const size_t *order, const struct run *r, size_t from, size_t to,
                 enum sensitive_kind kind)
{
    found_mark(f, order, r->from[from], r->from[to], kind);
}

static bool find_card(struct found *f, const size_t *order, const struct run *r)
{
    bool context = cue_near(f->t, order[r->first], CUE_CARD, CARD_BEFORE, CARD_AFTER + r->last - r->first);
    bool any = false;
    size_t end = 0;

    for (size_t d = 0; d + 12 <= r->n; d++) {
        size_t n = begins_word(r, d) ? card_length(r, d, context) : 0;

        if (!n)
            continue;
        if (any && d > end) /* between two readings of the number */
            mark(f, order, r, end, d - 1, SENSITIVE_CARD_NUMBER);
        mark(f, order, r, d, d + n - 1, SENSITIVE_CARD_NUMBER);
        any = true;
        end = d + n;
        d = end - 1;
    }
    /* Expiry and code read in one breath with it. */
    if (any && end < r->n && r->n - end <= 12)
        mark(f, order, r, end, r->n - 1, SENSITIVE_CARD_CODE);
    /* Misheard: the check digit fails, but the card is spoken of. */
    if (!any && r->n >= 13 && r->n <= 26 && context) {
        mark(f, order, r, 0, r->n - 1, SENSITIVE_CARD_NUMBER);
        any = true;
    }
    return any;
}

static bool month_year(const struct run *r)
{
    int m = r->n >= 3 ? (r->digits[0] - '0') * 10 + r->digits[1] - '0' : 99;

    if (r->n == 3 || r->n == 5)
        return r->digits[0] != '0';
    return (r->n == 4 || r->n == 6) && m >= 1 && m <= 12;
}

/* A card's code, by what is spoken of just before it. */
static bool find_code(struct found *f, const size_t *order, const struct run *r)
{
    size_t i = order[r->first];
    bool near_card = cue_near(f->t, i, CUE_CARD | CUE_CODE | CUE_EXPIRY, 90, 20);

    if (r->n > 8 || !near_card)
        return false;
    if (cue_near(f->t, i, CUE_EXPIRY, 14, 0) && r->n >= 3 && r->n <= 6 && month_year(r) &&
        !cue_near(f->t, i, CUE_CODE, 4, 0)) {
        mark(f, order, r, 0, r->n - 1, SENSITIVE_CARD_EXPIRY);
        return true;
    }
    if (r->n >= 3 && r->n <= 4 && cue_near(f->t, i, CUE_CODE, 16, 3) &&
        !cue_near(f->t, order[r->last], CUE_AMOUNT, 0, 3)) {
        mark(f, order, r, 0, r->n - 1, SENSITIVE_CARD_CODE);
        return true;
    }
    /* "the code is 1234, and it ends 12/27": both in one run */
    if (r->n >= 6 && r->n <= 8 && cue_near(f->t, i, CUE_EXPIRY, 14, 0)) {
        mark(f, order, r, 0, r->n - 1, SENSITIVE_CARD_EXPIRY);
        return true;
    }
    return false;
}

static bool is_ssn(const char *d)
{
    return !(d[0] == '0' && d[1] == '0' && d[2] == '0') && d[0] != '9' &&
           !(d[0] == '6' && d[1] == '6' && d[2] == '6') && !(d[3] == '0' && d[4] == '0') &&
           strncmp(d + 5, "0000", 4) != 0;
}

/* 123-45-6789 as it is written. */
static bool ssn_shape(const struct found *f, const size_t *order, const struct run *r)
{
    struct str s = token(f, order, r->first)->text;

    return r->first == r->last && s.n == 11 && s.p[3] == '-' && s.p[6] == '-';
}

static bool find_identity(struct found *f, const size_t *order, const struct run *r)
{
    size_t i = order[r->first];
    struct str s = str_n(r->digits, r->n);

    if (r->n == 9 && (f->kinds >> SENSITIVE_SSN & 1) && is_ssn(r->digits) &&
        (cue_near(f->t, i, CUE_SSN, 30, 5) || ssn_shape(f, order, r))) {
        mark(f, order, r, 0, 8, SENSITIVE_SSN);
        return true;
    }
    if (r->n != 12 || !(f->kinds >> SENSITIVE_AADHAAR & 1))
        return false;
    if (!cue_near(f->t, i, CUE_AADHAAR, 30, 5) &&
        (!sensitive_verhoeff(s) || r->digits[0] < '2' || cue_near(f->t, i, CUE_REFERENCE, 8, 2) ||
         r->plus))
        return false;
    mark(f, order, r, 0, 11, SENSITIVE_AADHAAR);
    return true;
}

static bool find_account(struct found *f, const size_t *order, const struct run *r)
{
    size_t i = order[r->first];
    bool sort = cue_near(f->t, i, CUE_ROUTING, 10, 0) && r->n >= 6 && r->n <= 17;
    bool account = cue_near(f->t, i, CUE_ACCOUNT, 12, 0) && r->n >= 6 && r->n <= 18;

    if ((!sort && !account) || cue_near(f->t, i, CUE_PHONE | CUE_REFERENCE, 4, 0) ||
        cue_near(f->t, order[r->last], CUE_AMOUNT, 0, 2))
        return false;
    mark(f, order, r, 0, r->n - 1, SENSITIVE_BANK_ACCOUNT);
    return true;
}

/* "one two three four five ...": somebody counts. */
static bool counts(const struct run *r)
{
    static const char UP[] = "12345678910111213";

    return r->n >= 4 && r->n < sizeof UP && memcmp(r->digits, UP, r->n) == 0;
}

static bool find_phone(struct found *f, const size_t *order, const struct run *r)
{
    size_t i = order[r->first];
    bool spoken_of = cue_near(f->t, i, CUE_PHONE, 25, 6);
    bool reference = cue_near(f->t, i, CUE_REFERENCE, 8, 0);

    if (r->n < 7 || r->n > 15 || (counts(r) && !spoken_of) || cue_near(f->t, order[r->last], CUE_AMOUNT, 0, 2))
        return false;
    if (!r->plus && !spoken_of && (r->n < 10 || r->n > 12 || reference))
        return false;
    mark(f, order, r, 0, r->n - 1, SENSITIVE_PHONE);
    return true;
}

static bool wants(const struct found *f, enum sensitive_kind k)
{
    return f->kinds >> k & 1;
}

static void look(struct found *f, const size_t *order, const struct run *r)
{
    if (r->n < 3)
        return;
    if (wants(f, SENSITIVE_CARD_NUMBER) && find_card(f, order, r))
        return;
    if ((wants(f, SENSITIVE_CARD_CODE) || wants(f, SENSITIVE_CARD_EXPIRY)) && find_code(f, order, r))
        return;
    if (find_identity(f, order, r))
        return;
    if (wants(f, SENSITIVE_BANK_ACCOUNT) && find_account(f, order, r))
        return;
    if (wants(f, SENSITIVE_PHONE))
        find_phone(f, order, r);
}

void find_numbers(struct found *f, const size_t *order, size_t n)
{
    struct run *r = ARENA_NEW(f->a, struct run);

    for (size_t i = 0; i < n;) {
        const struct token *t = token(f, order, i);

        if (!numeric(t) && t->how != HOW_TIMES && !t->plus) {
            i++;
            continue;
        }
        i = run_read(f, order, n, i, r);
        look(f, order, r);
    }
}
