/* Words to expect and corrections: kept apart, and neither may spoil the other. A hint teaches the
 * engine; a correction mends what it wrote. So what is only ever heard wrongly must not be a hint. */
#include <string.h>

#include "insight/speech/queries.h"
#include "insight/speech/store.h"

#define WORDS_MAX 500

struct word_fields {
    struct str word;
};

const struct field speech_word_in[] = {
    {"word", FIELD_TEXT, offsetof(struct word_fields, word), REQUIRED, .min = 1, .max = 80,
     .doc = "A name, a product, a term, spelt as it is to be written"},
    {0},
};

struct correction_fields {
    struct str heard, written;
};

const struct field speech_correction_in[] = {
    {"heard", FIELD_TEXT, offsetof(struct correction_fields, heard), REQUIRED, .min = 1, .max = 120,
     .doc = "As engines write it by mistake"},
    {"written", FIELD_TEXT, offsetof(struct correction_fields, written), REQUIRED, .min = 1,
     .max = 120, .doc = "As it is to be written"},
    {0},
};

static bool punctuation(char c)
{
    return c && strchr(".,;:!?\"'()[]", c) != NULL;
}

struct str speech_folded(struct arena *a, struct str s)
{
    struct str rest = str_lower(a, str_trim(s)), one;
    struct buf b = buf_new(a, s.n + 1);

    while (str_split(&rest, ' ', &one)) {
        while (one.n && punctuation(one.p[0]))
            one = str_sub(one, 1, one.n);
        while (one.n && punctuation(one.p[one.n - 1]))
            one.n--;
        if (one.n)
            buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR_ARG(one));
    }
    return b.n ? buf_str(&b) : STR("");
}

static struct str tidy(struct arena *a, struct str s)
{
    struct str rest = str_trim(s), one;
    struct buf b = buf_new(a, s.n + 1);

    while (str_split(&rest, ' ', &one))
        if (one.n)
            buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR_ARG(one));
    return b.n ? buf_str(&b) : STR("");
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

const struct err *speech_word_add(struct req *rq)
{
    const struct word_fields *in = rq->in;
    struct speech_corrections_list_out *corrections;
    struct speech_words_list_out *words;
    struct str word = tidy(rq->a, in->word), folded = speech_folded(rq->a, word);
    struct uuid id = uuid_new();
    size_t n = 0, m = 0;
    const struct err *e = q_speech_corrections_list(rq->db, &corrections, &n);

    if (!folded.n || has_control(word))
        return req_field(rq, "word", "Give a word of letters or digits, on one line.");
    if (!e)
        e = q_speech_words_list(rq->db, &words, &m);
    for (size_t i = 0; i < n && !e; i++)
        if (str_eq(folded, speech_folded(rq->a, corrections[i].heard)))
            return req_field(rq, "word",
                             "\"%.*s\" is what engines write by mistake, says a correction: expecting "
                             "it would teach them the mistake. Add \"%.*s\" instead.",
                             STR_ARG(word), STR_ARG(corrections[i].written));
    if (!e && m >= WORDS_MAX)
        return req_field(rq, "word", "At most %d words: remove some that engines know.", WORDS_MAX);
    if (!e)
        e = q_speech_word_add(rq->db, (struct speech_word_add_in){id, word}, NULL);
    if (e == E_CONFLICT)
        return err_why(rq->a, E_CONFLICT, "This word is in the list already.");
    return e ? e : req_created(rq, id);
}

const struct err *speech_correction_add(struct req *rq)
{
    const struct correction_fields *in = rq->in;
    struct speech_correction_add_in row = {uuid_new(), tidy(rq->a, in->heard),
                                           tidy(rq->a, in->written)};
    struct str folded = speech_folded(rq->a, row.heard);
    struct speech_corrections_list_out *corrections;
    struct speech_words_list_out *words;
    size_t n = 0, m = 0;
    const struct err *e = q_speech_words_list(rq->db, &words, &n);

    if (!folded.n || has_control(row.heard))
        return req_field(rq, "heard", "Give words of letters or digits, on one line.");
    if (!row.written.n || has_control(row.written))
        return req_field(rq, "written", "Give words on one line.");
    if (str_eq(row.heard, row.written))
        return req_field(rq, "written", "Give another spelling than the one that is heard.");
    if (!e)
        e = q_speech_corrections_list(rq->db, &corrections, &m);
    for (size_t i = 0; i < n && !e; i++)
        if (str_eq(folded, speech_folded(rq->a, words[i].word)) &&
            !str_eq(folded, speech_folded(rq->a, row.written)))
            return req_field(rq, "heard", "\"%.*s\" is a word to expect: remove it there first, or "
                                          "engines go on writing it.", STR_ARG(words[i].word));
    if (!e && m >= WORDS_MAX)
        return req_field(rq, "heard", "At most %d corrections.", WORDS_MAX);
    if (!e)
        e = q_speech_correction_add(rq->db, row, NULL);
    if (e == E_CONFLICT)
        return err_why(rq->a, E_CONFLICT, "What is heard has a correction already.");
    return e ? e : req_created(rq, row.id);
}
