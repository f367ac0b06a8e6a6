/* Derives stored scores anew and compares. Called by `ringsight admin replay` and by the routes.
 * Asks no engine: what an engine said is part of what a score pins. */
#include <string.h>

#include "core/json.h"
#include "insight/scores/queries.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/transcripts.h"

static void note(struct buf *b, bool same, const char *what)
{
    if (!same)
        buf_fmt(b, "%s%s", b->n ? ", " : "", what);
}

/* PostgreSQL keeps JSON in an order of its own: bytes are compared in the canonical form that was
 * put in. */
static bool same_body(struct arena *a, struct str stored, struct str derived)
{
    const struct json *tree;

    return !json_parse(a, stored, &tree) && str_eq(json_canonical(a, tree), derived);
}

static struct str compare(struct arena *a, const struct replay_next_out *row,
                          const struct score *s, struct str body)
{
    struct buf b = buf_new(a, 200);
    int64_t bp = s->score_bp < 0 ? SQL_NULL : s->score_bp;

    note(&b, str_is(row->state, score_state_name(s->state)), "state");
    note(&b, !row->reason.p == !s->reason.p && str_eq(row->reason, s->reason), "reason");
    note(&b, row->score_bp == bp, "score");
    note(&b, row->auto_fail == s->auto_fail, "auto-fail");
    note(&b, same_body(a, row->body, body), "verdicts");
    return buf_str(&b);
}

/* Only a database that fails is an error here: what does not read is a finding. */
static const struct err *differs(struct db *db, const struct replay_next_out *row, struct str *ret)
{
    struct arena *a = db_arena(db);
    struct transcript t;
    struct score s;
    struct str body;
    const struct err *e;

    arena_set_why(a, STR(""));
    e = transcript_load(db, row->transcript_id, &t);
    if (!e && (row->transcript_hash.n != sizeof t.hash.b ||
               memcmp(row->transcript_hash.p, t.hash.b, sizeof t.hash.b) != 0)) {
        *ret = STR("the transcript is not the one it pins");
        return NULL;
    }
    if (!e)
        e = score_derive_at(a, row->card, &t.talk, row->raw, (int32_t)row->gate_bp, &s, &body);
    if (e && e->status >= 500)
        return e;
    *ret = e ? str_fmt(a, "cannot be derived: %.*s",
                       STR_ARG(arena_why(a).n ? str_dup(a, arena_why(a)) : str_of(e->title)))
             : compare(a, row, &s, body);
    return NULL;
}

const struct err *scores_replay(struct db *db, struct replay *io, struct replayed **ret,
                                size_t *ret_n)
{
    struct arena *a = db_arena(db);
    struct replay_next_out *rows;
    size_t n = 0;
    const struct err *e = q_replay_next(db, (struct replay_next_in){
        .score = io->score, .call = io->call, .scope = io->scope, .since = io->since,
        .until = io->until, .after_id = io->after, .limit = REPLAY_PART}, &rows, &n);

    if (e)
        return e;
    *ret = ARENA_ARRAY(a, n, struct replayed);
    for (size_t i = 0; !e && i < n; i++) {
        (*ret)[i].score = rows[i].id;
        (*ret)[i].call = rows[i].call_id;
        (*ret)[i].engine =
            str_fmt(a, "%.*s %.*s", STR_ARG(rows[i].engine), STR_ARG(rows[i].engine_version));
        e = differs(db, &rows[i], &(*ret)[i].differs);
        io->after = rows[i].id;
    }
    *ret_n = n;
    return e;
}
