/* E-mail addresses, written or as people say them: "john dot smith at g mail dot com". Called by find.c. */
#include <string.h>

#include "insight/sensitive/sensitive_int.h"

#define LABELS 4    /* words between "at" and the first "dot" */
#define LOCAL_MAX 30 /* tokens of the part before "at" */

static bool one_of(struct str word, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (str_is(word, list[i]))
            return true;
    return false;
}

static const char *const AT[] = {"at", "@", "arroba", "arobase", "\xc3\xa4t", "et", NULL};
static const char *const DOT[] = {"dot", "point", "period", "punto", "punkt", ".", NULL};
static const char *const JOIN[] = {"dot", "point", "period", "punto", "punkt", ".", "underscore", "dash",
                                   "hyphen", "minus", "plus", "guion", "bajo", "unterstrich",
                                   "bindestrich", "tiret", "_", "-", NULL};
static const char *const TOP[] = {"com", "net", "org", "co", "uk", "in", "de", "es", "fr", "io", "edu",
                                  "gov", "info", "me", "us", "eu", "biz", "mx", "ca", "au", "ch", "at",
                                  "it", "nl", "app", "dev", "ai", "calm", "come", NULL};
static const char *const STOP[] = {"is", "it's", "its", "address", "email", "e-mail", "mail", "to", "es",
                                   "ist", "est", "lautet", "correo", "hai", "me", "my", "yes", "sure",
                                   "okay", "ok", "that's", "was", "be", "again", NULL};

/* "john@example.com" in one word. */
static bool is_written(struct str s)
{
    ptrdiff_t at = str_find(s, STR("@"), 0);

    return at > 0 && str_find(s, STR("."), (size_t)at + 1) > at + 1;
}

/* The end of a spoken domain that begins behind order[at]: the last token of it; 0: it is none. */
static size_t domain_end(const struct found *f, const size_t *order, size_t n, size_t at)
{
    size_t k = at + 1, end = 0;

    while (k < n && k <= at + LABELS && !one_of(f->t->at[order[k]].text, DOT)) {
        struct str s = f->t->at[order[k]].text;
        ptrdiff_t dot = str_find(s, STR("."), 0);

        if (dot > 0 && (size_t)dot + 1 < s.n && one_of(str_sub(s, (size_t)dot + 1, s.n), TOP))
            return k; /* "gmail.com" */
        k++;
    }
    if (k == at + 1)
        return 0;
    while (k + 1 < n && one_of(f->t->at[order[k]].text, DOT) &&
           (one_of(f->t->at[order[k + 1]].text, TOP) || k + 2 < n)) {
        if (!one_of(f->t->at[order[k + 1]].text, TOP) &&
            (k + 2 >= n || !one_of(f->t->at[order[k + 2]].text, DOT)))
            break;
        end = one_of(f->t->at[order[k + 1]].text, TOP) ? k + 1 : end;
        k += 2;
    }
    return end;
}

static bool spelled(const struct token *t)
{
    return t->letter || t->how == HOW_DIGITS || t->how == HOW_TENS || t->how == HOW_TIMES;
}

/* Where the part before "at" begins: joined and spelled words; with an e-mail spoken of, all back to a
 * word that leads to it. */
static size_t local_begin(const struct found *f, const size_t *order, size_t at)
{
    bool context = cue_near(f->t, order[at], CUE_MAIL, 25, 0);
    size_t i = at;

    while (i > 0 && at - i < LOCAL_MAX) {
        const struct token *t = &f->t->at[order[i - 1]];
        bool joined = i == at || one_of(f->t->at[order[i]].text, JOIN) || one_of(t->text, JOIN) ||
                      (spelled(t) && (i == at || spelled(&f->t->at[order[i]]) || context));

        if (one_of(t->text, STOP) || (t->how == HOW_FILLER && !one_of(t->text, JOIN)))
            break;
        if (!joined && (!context || at - i >= 6))
            break;
        i--;
    }
    return i;
}

void find_mail(struct found *f, const size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str s = f->t->at[order[i]].text;
        size_t end, begin;

        if (is_written(s)) {
            found_mark(f, order, i, i, SENSITIVE_EMAIL);
            continue;
        }
        if (i == 0 || !one_of(s, AT))
            continue;
        end = domain_end(f, order, n, i);
        if (!end)
            continue;
        begin = local_begin(f, order, i);
        if (begin < i)
            found_mark(f, order, begin, end, SENSITIVE_EMAIL);
    }
}
