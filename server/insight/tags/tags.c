/* A tag's form, and what follows when a call gets one. Called by routes.c. Knows no HTTP. */
#include "insight/tags/tags.h"

#include "insight/scorecards/scorecards.h"
#include "insight/tags/queries.h"
#include "insight/transcripts/transcripts.h"

struct str tag_of(struct arena *a, struct str text)
{
    struct str low = str_lower(a, str_trim(text));
    char *p = arena_alloc(a, low.n + 1);
    size_t n = 0, letters = 0;

    for (size_t i = 0; i < low.n; i++) {
        unsigned char c = (unsigned char)low.p[i];

        if (c <= ' ' && n && p[n - 1] == ' ')
            continue;
        p[n++] = c <= ' ' ? ' ' : (char)c;
        letters += (c & 0xc0) != 0x80;
    }
    return letters > TAG_MAX ? STR_NONE : str_n(p, n);
}

const struct err *tag_follow(struct db *db, struct uuid call)
{
    struct tag_call_facts_out f;
    struct tag_scored_out scored;
    struct scorecard *cards;
    size_t n = 0;
    const struct err *e = q_tag_call_facts(db, (struct tag_call_facts_in){call}, &f);

    if (e || uuid_is_zero(f.transcript_id) || !f.ended)
        return e;
    e = scorecards_for_call(db, call, f.transcript_id, &cards, &n);
    for (size_t i = 0; !e && i < n; i++) {
        e = q_tag_scored(db, (struct tag_scored_in){call, f.transcript_id, cards[i].id}, &scored);
        if (!e && !scored.done)
            return transcript_follow(db, "scores.run", call, f.transcript_id);
    }
    return e;
}
