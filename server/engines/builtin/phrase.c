/* Parses and matches phrases. Called by rules and by the lexicons. A match is a walk over sets of
 * offsets held in one 64-bit word, so no phrase, however built, can make it slow. */
#include "engines/builtin/phrase.h"

#include <string.h>

#define WINDOW (PHRASE_MAX_WORDS + PHRASE_MAX_GAP)

enum alt_kind { ALT_WORD = 0, ALT_PREFIX, ALT_ANY, ALT_NUMBER };

struct alt {
    enum alt_kind kind;
    struct str t;
};

struct piece {
    bool optional;
    int gap; /* words that may be skipped before it */
    size_t n, room;
    struct alt *alts;
};

struct phrase {
    size_t n;
    struct piece pieces[PHRASE_MAX_WORDS];
};

static const char *const NUMBERS[] = {
    "zero",    "one",       "two",      "three",    "four",    "five",     "six",      "seven",
    "eight",   "nine",      "ten",      "eleven",   "twelve",  "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen", "twenty",  "thirty",   "forty",    "fifty",
    "sixty",   "seventy",   "eighty",   "ninety",   "hundred", "thousand", "double"};

bool phrase_is_number(struct str token)
{
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (str_is(token, NUMBERS[i]))
            return true;
    return token.n > 0 && token.p[0] >= '0' && token.p[0] <= '9';
}

static bool legal_word(struct str w)
{
    for (size_t i = 0; i < w.n; i++) {
        unsigned char c = (unsigned char)w.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '\'' || c == '-' || c >= 0x80;

        if (!ok)
            return false;
    }
    return w.n > 0;
}

static const struct err *add_alt(struct arena *a, struct piece *pc, struct alt alt)
{
    if (pc->n == pc->room)
        return err_why(a, E_BAD_INPUT, "at most %d words beside |", PHRASE_MAX_ALTS);
    pc->alts[pc->n++] = alt;
    return NULL;
}

/* One of the words between bars. Returns how many tokens it stands for by *ret_n; more than one is
 * only possible where it stands alone. */
static const struct err *parse_alt(struct arena *a, struct piece *pc, struct str w,
                                   struct str tokens[HEARD_PIECES], size_t *ret_n)
{
    *ret_n = 1;
    if (str_is(w, "_"))
        return add_alt(a, pc, (struct alt){ALT_ANY, w});
    if (str_is(w, "#"))
        return add_alt(a, pc, (struct alt){ALT_NUMBER, w});
    if (str_ends(w, STR("*"))) {
        w = str_sub(w, 0, w.n - 1);
        if (!legal_word(w) || w.n < 3)
            return err_why(a, E_BAD_INPUT, "* needs three letters or more before it");
        return add_alt(a, pc, (struct alt){ALT_PREFIX, str_lower(a, w)});
    }
    if (!legal_word(w))
        return err_why(a, E_BAD_INPUT, "“%.*s” is not a word, ~N, _ or #", STR_ARG(w));
    *ret_n = heard_expand(a, w, tokens);
    if (*ret_n == 0)
        return err_why(a, E_BAD_INPUT, "“%.*s” is a filler and is never matched", STR_ARG(w));
    return *ret_n > 1 ? NULL : add_alt(a, pc, (struct alt){ALT_WORD, tokens[0]});
}

static struct piece *piece_new(struct arena *a, struct phrase *p, int gap, size_t room)
{
    struct piece *pc = &p->pieces[p->n++];

    pc->gap = gap;
    pc->room = room < PHRASE_MAX_ALTS ? room : PHRASE_MAX_ALTS;
    pc->alts = ARENA_ARRAY(a, pc->room, struct alt);
    return pc;
}

static size_t words_beside_bars(struct str w)
{
    size_t n = 1;

    for (size_t i = 0; i < w.n; i++)
        n += w.p[i] == '|';
    return n;
}

static const struct err *parse_word(struct arena *a, struct phrase *p, struct str w, int gap)
{
    struct str tokens[HEARD_PIECES], alt;
    bool several = words_beside_bars(w) > 1, optional = str_ends(w, STR("?"));
    struct piece *pc;
    size_t n;
    const struct err *e;

    if (optional)
        w = str_sub(w, 0, w.n - 1);
    if (p->n == PHRASE_MAX_WORDS)
        return err_why(a, E_BAD_INPUT, "at most %d words in a phrase", PHRASE_MAX_WORDS);
    pc = piece_new(a, p, gap, words_beside_bars(w));
    pc->optional = optional;
    while (str_split(&w, '|', &alt)) {
        e = parse_alt(a, pc, alt, tokens, &n);
        if (e)
            return e;
        if (n > 1 && (several || optional))
            return err_why(a, E_BAD_INPUT, "“%.*s” stands for several words: write them out",
                           STR_ARG(alt));
        if (n == 1)
            continue;
        if (p->n + n - 1 > PHRASE_MAX_WORDS)
            return err_why(a, E_BAD_INPUT, "at most %d words in a phrase", PHRASE_MAX_WORDS);
        pc->alts[pc->n++] = (struct alt){ALT_WORD, tokens[0]};
        for (size_t i = 1; i < n; i++) {
            struct piece *more = piece_new(a, p, 0, 1);

            more->alts[more->n++] = (struct alt){ALT_WORD, tokens[i]};
        }
    }
    return pc->n ? NULL : err_why(a, E_BAD_INPUT, "a word is missing beside |");
}

static const struct err *check(struct arena *a, const struct phrase *p, int pending)
{
    int gaps = 0;

    if (p->n == 0)
        return err_why(a, E_BAD_INPUT, "a phrase needs a word");
    if (pending)
        return err_why(a, E_BAD_INPUT, "a phrase cannot end in a gap");
    if (p->pieces[0].optional || p->pieces[p->n - 1].optional)
        return err_why(a, E_BAD_INPUT, "the first and the last word must not be optional");
    for (size_t i = 0; i < p->n; i++)
        gaps += p->pieces[i].gap;
    if (gaps > PHRASE_MAX_GAP)
        return err_why(a, E_BAD_INPUT, "gaps of more than %d words in all", PHRASE_MAX_GAP);
    return NULL;
}

const struct err *phrase_parse(struct arena *a, struct str text, int gap,
                               const struct phrase **ret_phrase)
{
    struct phrase *p = ARENA_NEW(a, struct phrase);
    const struct err *e;
    struct str w;
    int64_t pending = 0;

    while (str_split(&text, ' ', &w)) {
        if (w.n == 0)
            continue;
        if (w.p[0] == '~') {
            if (p->n == 0 || pending)
                return err_why(a, E_BAD_INPUT, "a gap stands between two words");
            if (!str_to_int(str_sub(w, 1, w.n - 1), &pending) || pending < 1 ||
                pending > PHRASE_MAX_GAP)
                return err_why(a, E_BAD_INPUT, "~N needs a number from 1 to %d", PHRASE_MAX_GAP);
            continue;
        }
        e = parse_word(a, p, w, pending ? (int)pending : p->n ? gap : 0);
        if (e)
            return e;
        pending = 0;
    }
    e = check(a, p, (int)pending);
    if (!e)
        *ret_phrase = p;
    return e;
}

const struct phrase *phrase_of(struct arena *a, const char *text)
{
    const struct phrase *p = NULL;

    return phrase_parse(a, str_of(text), 0, &p) ? NULL : p;
}

static bool alt_fits(const struct alt *alt, struct str t)
{
    switch (alt->kind) {
    case ALT_ANY:
        return true;
    case ALT_NUMBER:
        return phrase_is_number(t);
    case ALT_PREFIX:
        return str_starts(t, alt->t);
    case ALT_WORD:
        break;
    }
    return str_eq(t, alt->t);
}

static bool piece_fits(const struct piece *pc, struct str t)
{
    for (size_t i = 0; i < pc->n; i++)
        if (alt_fits(&pc->alts[i], t))
            return true;
    return false;
}

size_t phrase_at(const struct phrase *p, const struct lane *l, size_t i)
{
    size_t room = 0;
    uint64_t at = 1; /* bit o: the pieces so far took o tokens */

    if (!p || i >= l->n || !piece_fits(&p->pieces[0], l->t[i].t))
        return 0;
    while (room < WINDOW && i + room < l->n && (room == 0 || !l->t[i + room - 1].stop))
        room++;
    for (size_t k = 0; k < p->n && at; k++) {
        const struct piece *pc = &p->pieces[k];
        uint64_t fits = 0, before = at;

        for (int g = 0; g < pc->gap; g++)
            at |= at << 1;
        for (size_t o = 0; o < room; o++)
            if ((at >> o & 1) && piece_fits(pc, l->t[i + o].t))
                fits |= UINT64_C(1) << o;
        at = fits << 1;
        if (pc->optional)
            at |= before;
    }
    return at ? (size_t)__builtin_ctzll(at) : 0;
}
