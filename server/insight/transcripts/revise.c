/* People's versions of a transcript. Called by the routes, in their transaction. Must not change a
 * stored transcript: scores pin its hash. */
#include "insight/transcripts/revise.h"

#include <string.h>

#include "engines/pieces.h"
#include "insight/redaction/redaction.h"
#include "insight/transcripts/queries.h"
#include "insight/transcripts/transcripts.h"
#include "insight/transcripts/turns.h"
#include "live/live.h"

#define TURN_MAX 8000

struct turn_fields {
    struct uuid transcript;
    int64_t turn;
    struct str text;
};

const struct field transcript_turn_in[] = {
    {"transcript", FIELD_UUID, offsetof(struct turn_fields, transcript), REQUIRED,
     .doc = "The id of the transcript that was read: another one is not changed"},
    {"turn", FIELD_INT, offsetof(struct turn_fields, turn), REQUIRED, .min = 0, .max = 1000000,
     .doc = "Its number, from 0"},
    {"text", FIELD_TEXT, offsetof(struct turn_fields, text), REQUIRED, .min = 0, .max = TURN_MAX,
     .doc = "What was really said in this turn; empty: nothing"},
    {0},
};

struct swap_fields {
    struct uuid transcript;
};

const struct field transcript_swap_in[] = {
    {"transcript", FIELD_UUID, offsetof(struct swap_fields, transcript), REQUIRED,
     .doc = "The id of the transcript that was read"},
    {0},
};

struct turn turn_rewritten(struct arena *a, const struct turn *old, struct str text)
{
    size_t n = 0, head = 0, tail = 0, m = old->n_words;
    struct speech_word *fresh = words_spread(a, text, 0, 0, SPEECH_SURE, &n);
    struct turn_word *out = ARENA_ARRAY(a, n, struct turn_word);
    struct turn t = *old;
    int32_t from, to;
    size_t k;
    struct speech_word *between;

    while (head < n && head < m && str_eq(fresh[head].text, old->words[head].text))
        head++;
    while (tail < n - head && tail < m - head &&
           str_eq(fresh[n - 1 - tail].text, old->words[m - 1 - tail].text))
        tail++;
    /* The span of what goes; where nothing goes, the gap that is written into. */
    from = head < m - tail ? old->words[head].start_ms
                           : head ? old->words[head - 1].end_ms : old->start_ms;
    to = head < m - tail ? old->words[m - tail - 1].end_ms
                         : tail ? old->words[m - tail].start_ms : old->end_ms;
    to = to < from ? from : to;
    for (size_t i = 0; i < head; i++)
        out[i] = old->words[i];
    for (size_t i = 0; i < tail; i++)
        out[n - tail + i] = old->words[m - tail + i];
    k = n - head - tail;
    if (k) {
        struct str part = str_n(fresh[head].text.p, (size_t)(fresh[head + k - 1].text.p +
                                fresh[head + k - 1].text.n - fresh[head].text.p));
        between = words_spread(a, part, from, to, SPEECH_SURE, &k);
        for (size_t i = 0; i < k; i++)
            out[head + i] = (struct turn_word){between[i].text, between[i].start_ms,
                                               between[i].end_ms, SPEECH_SURE};
        if (m - head - tail == k) /* word for word: each keeps its time */
            for (size_t i = 0; i < k; i++) {
                out[head + i].start_ms = old->words[head + i].start_ms;
                out[head + i].end_ms = old->words[head + i].end_ms;
            }
    }
    t.words = out;
    t.n_words = n;
    return t;
}

/* The call's transcript, if it is the one that was read. */
static const struct err *load(struct req *rq, struct uuid wanted, struct transcript *ret,
                              struct transcript_head_out *ret_head)
{
    const struct err *e = q_transcript_head(rq->db, (struct transcript_head_in){
        rq->param_id[0], req_scope(rq)}, ret_head);

    if (e)
        return e;
    if (!uuid_eq(ret_head->id, wanted))
        return err_why(rq->a, E_STALE, "The call has another transcript meanwhile: load it again.");
    return transcript_load(rq->db, wanted, ret);
}

/* Stores the new version as the call's and has it analysed. */
static const struct err *put(struct req *rq, const struct transcript_head_out *head,
                             struct transcript *t, struct uuid *ret_id)
{
    struct transcript_replace_out row;
    struct redaction_rules rules;
    struct redacted redacted = {.n = 0};
    const struct json *notes;
    const struct err *e = json_parse(rq->a, head->notes, &notes);

    if (!e)
        e = redaction_rules_read(rq->db, &rules);
    if (!e && rules.active)
        e = redact(rq->a, &rules, &t->talk, json_yes(notes, "times_spread"), &redacted);
    if (e)
        return e;
    if (rules.active)
        t->talk = redacted.talk;
    *ret_id = uuid_new();
    transcript_settle(rq->a, t, json_yes(notes, "no_confidence"));
    e = q_transcript_replace(rq->db, (struct transcript_replace_in){
        .id = *ret_id, .based_on = head->id, .changed_by = rq->who.account,
        .state = str_of(t->state), .reason = t->reason, .attribution = str_of(t->attribution),
        .confidence_bp = t->confidence_bp, .words = t->words,
        .hash = str_n(t->hash.b, sizeof t->hash.b), .turns = t->turns,
        .redacted_by = rules.active ? rules.version : SQL_NULL}, &row);
    if (!e && rules.active)
        e = redaction_keep(rq->db, &(struct redaction_keep){
            .tenant = rq->who.tenant, .transcript = *ret_id, .call = rq->param_id[0],
            .recording = head->recording_id, .add = true}, &redacted);
    if (!e)
        e = transcript_follow(rq->db, "analysis.run", rq->param_id[0], *ret_id);
    return e ? e : live_note(rq->db, "call.updated", rq->param_id[0], row.agent_id);
}

static struct str text_of(struct arena *a, const struct turn *t)
{
    struct buf b = buf_new(a, 1u << 18);

    for (size_t i = 0; i < t->n_words; i++)
        buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(t->words[i].text));
    return b.n ? buf_str(&b) : STR("");
}

/* A turn that nothing is left of goes. */
static void set_turn(struct arena *a, struct transcript *t, size_t at, const struct turn *with)
{
    struct turn *turns = ARENA_ARRAY(a, t->talk.n_turns, struct turn);
    size_t n = 0;

    for (size_t i = 0; i < t->talk.n_turns; i++)
        if (i != at)
            turns[n++] = t->talk.turns[i];
        else if (with->n_words)
            turns[n++] = *with;
    t->talk.turns = turns;
    t->talk.n_turns = n;
}

const struct err *transcript_turn_change(struct req *rq)
{
    const struct turn_fields *in = rq->in;
    struct transcript_head_out head;
    struct transcript t;
    struct turn turn;
    struct str before, after;
    struct uuid id;
    const struct err *e = load(rq, in->transcript, &t, &head);

    if (e)
        return e;
    if ((uint64_t)in->turn >= t.talk.n_turns)
        return req_field(rq, "turn", "There is no such turn.");
    before = text_of(rq->a, &t.talk.turns[in->turn]);
    turn = turn_rewritten(rq->a, &t.talk.turns[in->turn], in->text);
    after = text_of(rq->a, &turn);
    if (str_eq(before, after))
        return req_field(rq, "text", "That is what stands there already.");
    set_turn(rq->a, &t, (size_t)in->turn, &turn);
    e = put(rq, &head, &t, &id);
    if (!e && turn.n_words) /* what was written may have been redacted */
        after = text_of(rq->a, &t.talk.turns[in->turn]);
    if (!e)
        e = q_transcript_edit_add(rq->db, (struct transcript_edit_add_in){
            uuid_new(), id, in->turn, before, after}, NULL);
    return e ? e : req_created(rq, id);
}

const struct err *transcript_swap(struct req *rq)
{
    const struct swap_fields *in = rq->in;
    struct transcript_head_out head;
    struct transcript t;
    struct turn *turns;
    struct uuid id;
    const struct err *e = load(rq, in->transcript, &t, &head);

    if (e)
        return e;
    turns = ARENA_ARRAY(rq->a, t.talk.n_turns, struct turn);
    for (size_t i = 0; i < t.talk.n_turns; i++) {
        enum speaker was = t.talk.turns[i].speaker;

        turns[i] = t.talk.turns[i];
        turns[i].speaker = was == SPEAKER_AGENT      ? SPEAKER_CUSTOMER
                           : was == SPEAKER_CUSTOMER ? SPEAKER_AGENT
                           : i % 2                   ? SPEAKER_CUSTOMER
                                                     : SPEAKER_AGENT;
    }
    t.talk.turns = turns;
    t.attribution = "person";
    e = put(rq, &head, &t, &id);
    return e ? e : req_created(rq, id);
}
