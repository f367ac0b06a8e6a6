/* Dates where a birth is spoken of, and expiry dates with a month's name. Called by find.c. */
#include "insight/sensitive/sensitive_int.h"

#define BEHIND 16 /* words from "date of birth" to the date */
#define DATE_MAX 14

static bool numeric(const struct token *t)
{
    return t->how == HOW_DIGITS || t->how == HOW_TENS || t->how == HOW_ZEROS;
}

static bool between(struct str s)
{
    static const char *const WORDS[] = {"the", "of", "and", "de", "del", "den", "der", "le", "du",
                                        "day", "oh", "slash", "dash", "uh", "um", "in"};

    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_is(s, WORDS[i]))
            return true;
    return false;
}

/* From order[i] the tokens of a date; *ret_last its last one. Digits 0: no date. */
static size_t date_digits(const struct found *f, const size_t *order, size_t n, size_t i,
                          size_t *ret_last, bool *ret_month)
{
    size_t digits = 0;

    *ret_month = false;
    for (size_t k = i; k < n && k < i + DATE_MAX; k++) {
        const struct token *t = &f->t->at[order[k]];

        if (numeric(t))
            digits += t->digits.n;
        else if (is_month(t->text))
            *ret_month = true;
        else if (!between(t->text))
            break;
        else
            continue;
        *ret_last = k;
    }
    return digits;
}

/* *ret_kind: what the date is of, by the words before it. */
static bool meant(const struct found *f, size_t at, enum sensitive_kind *ret_kind)
{
    bool birth = cue_near(f->t, at, CUE_BIRTH, BEHIND, 0);

    *ret_kind = birth ? SENSITIVE_BIRTH_DATE : SENSITIVE_CARD_EXPIRY;
    return birth || (cue_near(f->t, at, CUE_EXPIRY, BEHIND, 0) &&
                     cue_near(f->t, at, CUE_CARD | CUE_CODE, 80, 20));
}

void find_dates(struct found *f, const size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct token *t = &f->t->at[order[i]];
        enum sensitive_kind kind;
        size_t last = i, digits;
        bool month;

        if ((!numeric(t) && !is_month(t->text)) || !meant(f, order[i], &kind) ||
            !(f->kinds >> kind & 1))
            continue;
        digits = date_digits(f, order, n, i, &last, &month);
        if ((month && digits >= 1) || (digits >= 4 && digits <= 8 && kind == SENSITIVE_BIRTH_DATE)) {
            found_mark(f, order, i, last, kind);
            i = last;
        }
    }
}
