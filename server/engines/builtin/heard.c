/* Turns a conversation into tokens per speaker and into clauses. Called once per analysis and once
 * per judgement. Holds no opinion on what the words mean; must not change the conversation. */
#include "engines/builtin/heard.h"

#include <string.h>

static const struct {
    const char *from, *to;
} SHORT_FORMS[] = {
    {"ain't", "is not"},     {"alright", "all right"},
    {"bye-bye", "bye bye"},  {"can't", "can not"},
    {"cannot", "can not"},   {"cos", "because"},
    {"e-mail", "email"},     {"e-mailed", "emailed"},
    {"e-mails", "emails"},   {"gonna", "going to"},
    {"goodbye", "good bye"}, {"gotta", "got to"},
    {"he's", "he is"},       {"here's", "here is"},
    {"how's", "how is"},     {"it's", "it is"},
    {"let's", "let us"},     {"okay", "ok"},
    {"one's", "one is"},     {"shan't", "shall not"},
    {"she's", "she is"},     {"somebody's", "somebody is"},
    {"that's", "that is"},   {"there's", "there is"},
    {"wanna", "want to"},    {"what's", "what is"},
    {"where's", "where is"}, {"who's", "who is"},
    {"won't", "will not"},   {"yep", "yes"},
    {"yeah", "yes"},
};

static const struct {
    const char *tail, *to;
} TAILS[] = {{"n't", "not"}, {"'ll", "will"}, {"'ve", "have"},
             {"'re", "are"}, {"'m", "am"},    {"'d", "would"}};

static const char *const FILLERS[] = {"um", "umm", "uh",  "er", "erm",
                                      "ah", "hm",  "hmm", "mm", "mmm"};

static const char *const NODS[] = {"yes", "yeah", "yep",   "ok",     "okay", "right", "sure", "mm",
                                   "mhm", "hm",   "hmm",   "uh",     "huh",  "aha",   "oh",   "i",
                                   "see", "no",   "great", "thanks", "um",   "er",    "ah"};

static bool is_word_byte(char ch)
{
    unsigned char c = (unsigned char)ch;

    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || c == '-' || c >= 0x80;
}

/* Lower case, the typographic apostrophe made plain, punctuation at both ends gone. */
static struct str plain(struct arena *a, struct str word)
{
    struct str s = str_lower(a, word);
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (i + 2 < s.n && memcmp(s.p + i, "\xe2\x80\x99", 3) == 0) {
            out[n++] = '\'';
            i += 2;
        } else if (is_word_byte(s.p[i])) {
            out[n++] = s.p[i];
        } else if (n > 0 && i + 1 < s.n && (s.p[i] == '/' || s.p[i] == '_')) {
            out[n++] = '-';
        }
    }
    s = str_n(out, n);
    while (s.n && (s.p[0] == '\'' || s.p[0] == '-'))
        s = str_sub(s, 1, s.n - 1);
    while (s.n && (s.p[s.n - 1] == '\'' || s.p[s.n - 1] == '-'))
        s = str_sub(s, 0, s.n - 1);
    return s;
}

static bool one_of(struct str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s.n && s.p[0] == list[i][0] && str_is(s, list[i]))
            return true;
    return false;
}

static size_t split_on(struct str s, char sep, struct str *out, size_t room)
{
    struct str part;
    size_t n = 0;

    while (n < room && str_split(&s, sep, &part))
        if (part.n)
            out[n++] = part;
    return n;
}

/* One part without hyphen: "i'll" gives "i", "will". */
static size_t expand_part(struct str s, struct str *out, size_t room)
{
    bool apostrophe = room > 1 && str_find(s, STR("'"), 0) > 0;

    if (room == 0)
        return 0;
    for (size_t i = 0; i < sizeof SHORT_FORMS / sizeof *SHORT_FORMS; i++)
        if (s.p[0] == SHORT_FORMS[i].from[0] && str_is(s, SHORT_FORMS[i].from))
            return split_on(str_of(SHORT_FORMS[i].to), ' ', out, room);
    for (size_t i = 0; apostrophe && i < sizeof TAILS / sizeof *TAILS; i++) {
        struct str tail = str_of(TAILS[i].tail);

        if (s.n > tail.n && str_ends(s, tail)) {
            out[0] = str_sub(s, 0, s.n - tail.n);
            out[1] = str_of(TAILS[i].to);
            return 2;
        }
    }
    if (one_of(s, FILLERS, sizeof FILLERS / sizeof *FILLERS))
        return 0;
    out[0] = s;
    return 1;
}

size_t heard_expand(struct arena *a, struct str word, struct str ret_tokens[HEARD_PIECES])
{
    struct str s = plain(a, word), part;
    size_t n = 0;

    if (s.n == 0)
        return 0;
    for (size_t i = 0; i < sizeof SHORT_FORMS / sizeof *SHORT_FORMS; i++)
        if (s.p[0] == SHORT_FORMS[i].from[0] && str_is(s, SHORT_FORMS[i].from))
            return split_on(str_of(SHORT_FORMS[i].to), ' ', ret_tokens, HEARD_PIECES);
    while (n < HEARD_PIECES && str_split(&s, '-', &part))
        if (part.n)
            n += expand_part(part, ret_tokens + n, HEARD_PIECES - n);
    return n;
}

bool heard_is_nod(const struct conversation *c, size_t turn)
{
    const struct turn *t = &c->turns[turn];

    if (t->n_words > 4)
        return false;
    for (size_t i = 0; i < t->n_words; i++) {
        struct str w = str_trim(t->words[i].text);

        while (w.n && !(is_word_byte(w.p[w.n - 1]) || (w.p[w.n - 1] >= 'A' && w.p[w.n - 1] <= 'Z')))
            w = str_sub(w, 0, w.n - 1);
        bool known = false;
        for (size_t k = 0; k < sizeof NODS / sizeof *NODS && !known; k++)
            known = str_case_eq(w, str_of(NODS[k]));
        if (!known)
            return false;
    }
    return true;
}

struct str heard_words(struct arena *a, const struct conversation *c, struct span s)
{
    struct buf b = buf_new(a, 1u << 20);

    if (s.turn >= c->n_turns)
        return STR("");
    for (size_t i = s.first; i <= s.last && i < c->turns[s.turn].n_words; i++) {
        if (b.n)
            buf_char(&b, ' ');
        buf_add(&b, c->turns[s.turn].words[i].text);
    }
    return buf_str(&b);
}

struct str heard_clock(struct arena *a, int32_t ms)
{
    int32_t s = ms > 0 ? ms / 1000 : 0;

    return str_fmt(a, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

/* Speech engines that write no punctuation run questions into what stands before them: "i will send
 * it is there anything else". A clause also ends before one of these pairs, unless the word before
 * them leads into it ("what can i", "that is it"). */
static const char *const OPEN_FIRST[] = {"can", "could", "would", "will", "do",   "did",
                                         "are", "is",    "have",  "may",  "shall"};
static const char *const OPEN_SECOND[] = {"you", "i", "we", "there", "that", "it"};
static const char *const OPEN_LEADS[] = {
    "what",  "when", "where", "which", "who",  "why",    "how",   "i",      "you",     "we",
    "they",  "it",   "that",  "and",   "if",   "as",     "so",    "there",  "he",      "she",
    "or",    "not",  "but",   "much",  "many", "long",   "often", "else",   "because", "this",
    "these", "than", "all",   "to",    "name", "number", "the",   "please", "then",    "say",
    "see",   "know", "hope",  "sure",  "glad", "sorry",  "think", "hear",   "mean",    "until"};
static const char *const OPEN_PAIRS[] = {"thank you", "thanks for", "my name",  "how can",
                                         "how may",   "this call",  "the call", "what is",
                                         "this is",   "you are"};

static char last_byte(struct str s)
{
    return s.n ? s.p[s.n - 1] : ' ';
}

static bool is_stop(char c)
{
    return c == '.' || c == '?' || c == '!';
}

static bool opens(struct arena *a, const struct turn *t, size_t w)
{
    struct str before, first, second, pair;

    if (w == 0 || w + 1 >= t->n_words)
        return false;
    before = plain(a, t->words[w - 1].text);
    first = plain(a, t->words[w].text);
    second = plain(a, t->words[w + 1].text);
    pair = str_fmt(a, "%.*s %.*s", STR_ARG(first), STR_ARG(second));
    for (size_t i = 0; i < sizeof OPEN_PAIRS / sizeof *OPEN_PAIRS; i++)
        if (str_is(pair, OPEN_PAIRS[i]))
            return !one_of(before, OPEN_LEADS, sizeof OPEN_LEADS / sizeof *OPEN_LEADS);
    return one_of(first, OPEN_FIRST, sizeof OPEN_FIRST / sizeof *OPEN_FIRST) &&
           one_of(second, OPEN_SECOND, sizeof OPEN_SECOND / sizeof *OPEN_SECOND) &&
           !one_of(before, OPEN_LEADS, sizeof OPEN_LEADS / sizeof *OPEN_LEADS);
}

static bool ends_clause(struct arena *a, const struct heard *h, const struct turn *t, size_t w)
{
    if (w + 1 == t->n_words || is_stop(last_byte(t->words[w].text)) ||
        (int64_t)t->words[w + 1].start_ms - t->words[w].end_ms >= HEARD_CLAUSE_MS)
        return true;
    return !h->punctuated && opens(a, t, w + 1);
}

static void add_word(struct arena *a, struct heard *h, size_t turn, size_t w)
{
    const struct turn *t = &h->c->turns[turn];
    struct lane *l = &h->lane[t->speaker];
    struct str pieces[HEARD_PIECES];
    size_t n = heard_expand(a, t->words[w].text, pieces);

    if (n && l->n && (int64_t)t->words[w].start_ms - l->t[l->n - 1].end_ms > HEARD_BREAK_MS)
        l->t[l->n - 1].stop = true;
    for (size_t i = 0; i < n; i++)
        l->t[l->n++] = (struct token){pieces[i],
                                      turn,
                                      w,
                                      t->words[w].start_ms,
                                      t->words[w].end_ms,
                                      false,
                                      i + 1 == n && last_byte(t->words[w].text) == '?'};
    h->n_words[t->speaker] += n > 0;
}

static void add_turn(struct arena *a, struct heard *h, size_t turn)
{
    const struct turn *t = &h->c->turns[turn];
    size_t from = 0;

    for (size_t w = 0; w < t->n_words; w++) {
        if (t->words[w].start_ms < h->first_ms)
            h->first_ms = t->words[w].start_ms;
        if (t->words[w].end_ms > h->last_ms)
            h->last_ms = t->words[w].end_ms;
        add_word(a, h, turn, w);
        if (!ends_clause(a, h, t, w))
            continue;
        h->clauses[h->n_clauses++] = (struct clause){turn, from, w, t->speaker};
        from = w + 1;
    }
}

struct heard heard_new(struct arena *a, const struct conversation *c)
{
    struct heard h = {.c = c, .first_ms = INT32_MAX, .last_ms = 0};
    size_t words[3] = {0};

    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t w = 0; w < c->turns[i].n_words; w++) {
            words[c->turns[i].speaker]++;
            h.punctuated = h.punctuated || is_stop(last_byte(c->turns[i].words[w].text));
        }
    for (size_t i = 0; i < 3; i++)
        h.lane[i].t = arena_array(a, words[i] * HEARD_PIECES, sizeof(struct token));
    h.clauses = arena_array(a, words[0] + words[1] + words[2], sizeof(struct clause));
    for (size_t i = 0; i < c->n_turns; i++)
        add_turn(a, &h, i);
    for (size_t i = 0; i < 3; i++)
        if (h.lane[i].n)
            h.lane[i].t[h.lane[i].n - 1].stop = true;
    if (h.first_ms == INT32_MAX)
        h.first_ms = 0;
    return h;
}

const struct clause *heard_clause(const struct heard *h, size_t turn, size_t word)
{
    size_t lo = 0, hi = h->n_clauses;

    while (lo < hi) { /* the first clause that does not end before the word */
        size_t mid = lo + (hi - lo) / 2;
        const struct clause *c = &h->clauses[mid];

        if (c->turn < turn || (c->turn == turn && c->last < word))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < h->n_clauses && h->clauses[lo].turn == turn ? &h->clauses[lo] : NULL;
}
