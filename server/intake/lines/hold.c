/* Holding one line: the lease, the journal, the deliveries, and connecting again. Called by
 * lines.c, a thread for each line. The lease row is the lock: of all workers one holds a line, and
 * one that lost it writes nothing more, for each write asks for the lease first. */
#include "intake/lines/inner.h"

#include <unistd.h>

#include "core/log.h"
#include "intake/inbox/inbox.h"
#include "intake/integrations/integrations.h"
#include "intake/lines/queries.h"
#include "providers/asterisk/asterisk.h"

#define TAKE_MS 5000
#define STEP_MS 200
#define KEEP_US (LINE_LEASE_S * TIME_S / 6)
#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 60000
#define GOOD_US (30 * TIME_S) /* a connection that lasted so long starts the pauses anew */
#define JOURNAL_PAGE 500

static const struct err *begin(struct held *h, struct arena *a, struct db **ret)
{
    const struct err *e = db_take(h->pool, a, TAKE_MS, ret);

    if (!e)
        db_begin(*ret, h->tenant);
    return e;
}

static const struct err *end(struct held *h, struct db *db, const struct err *e)
{
    if (!e)
        e = db_commit(db);
    db_give(h->pool, db);
    return e;
}

static const struct err *take_lease(struct held *h)
{
    struct arena *a = arena_new();
    struct line_take_out row = {0};
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (!e) {
        e = q_line_take(db, (struct line_take_in){h->integration, str_of(h->worker), LINE_LEASE_S},
                        &row);
        e = end(h, db, e);
    }
    h->token = row.token;
    h->kept_at = time_mono();
    arena_free(a);
    return e;
}

/* In the open transaction: is it still ours? */
static const struct err *keep(struct held *h, struct db *db)
{
    struct line_keep_out row;
    const struct err *e = q_line_keep(db, (struct line_keep_in){h->integration, h->token,
                                                                LINE_LEASE_S}, &row);

    if (e == E_NOT_FOUND)
        e = E_LOST;
    if (e)
        return e;
    h->closed = !row.active;
    h->over = h->over || h->closed || (h->version && row.version != h->version);
    return NULL;
}

static void renew(struct held *h)
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (!e)
        e = end(h, db, keep(h, db));
    if (!e)
        h->kept_at = time_mono();
    h->over = h->over || e == E_LOST;
    arena_free(a);
}

static const struct err *deliver(struct held *h, const struct book_part *part)
{
    struct arena *a = arena_new();
    struct buf ids = buf_new(a, part->n * UUID_TEXT + 3);
    char text[UUID_TEXT];
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (e) {
        arena_free(a);
        return e;
    }
    buf_char(&ids, '{');
    for (size_t i = 0; i < part->n; i++)
        buf_fmt(&ids, "%s%s", i ? "," : "", uuid_text(part->ids[i], text).p);
    buf_char(&ids, '}');
    e = keep(h, db);
    if (!e)
        e = inbox_take(db, &(struct inbox_new){h->integration, STR(ASTERISK_AMI_METHOD),
                                                STR("ami"), part->body});
    if (!e)
        e = q_journal_end(db, (struct journal_end_in){buf_str(&ids)}, NULL);
    e = end(h, db, e);
    h->over = h->over || e == E_LOST;
    arena_free(a);
    return e;
}

void line_tend(struct held *h)
{
    struct book_part part;

    if (time_mono() - h->kept_at > KEEP_US)
        renew(h);
    while (book_next(h->book, time_mono(), h->closed, &part)) {
        if (deliver(h, &part))
            return; /* the journal has it; tried again in a moment */
        book_done(h->book);
    }
}

static const struct err *journal_once(struct held *h, const struct line_entry *v, size_t n)
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (!e) {
        e = keep(h, db);
        for (size_t i = 0; i < n && !e; i++)
            e = q_journal_put(db, (struct journal_put_in){v[i].id, h->integration, v[i].body},
                              NULL);
        e = end(h, db, e);
    }
    arena_free(a);
    return e;
}

const struct err *line_journal(struct held *h, const struct line_entry *v, size_t n)
{
    const struct err *e = n ? journal_once(h, v, n) : NULL;

    /* What is not stored is not read on: Asterisk keeps the rest while we wait. */
    while (e && e != E_LOST && !lines_stopping()) {
        usleep(STEP_MS * 1000);
        e = journal_once(h, v, n);
    }
    h->over = h->over || e;
    return e ? E_LOST : NULL;
}

void line_note(struct held *h, const char *state, struct str reason)
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (!e)
        e = end(h, db, q_line_note(db, (struct line_note_in){h->integration, h->token,
                                                             str_of(state),
                                                             str_sub(reason, 0, 500)}, NULL));
    if (e)
        LOG(LOG_WARN, "line.not_noted", KV_C("code", e->code));
    arena_free(a);
}

void line_refused(struct held *h, struct str reason)
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = begin(h, a, &db);

    h->over = true;
    if (!e)
        e = end(h, db, integration_attention(db, h->integration, h->version, reason));
    if (e)
        LOG(LOG_WARN, "line.not_noted", KV_C("code", e->code));
    arena_free(a);
}

/* What an earlier holder stored and did not deliver. */
static const struct err *load_journal(struct held *h)
{
    struct arena *a = arena_new();
    struct journal_read_out *rows;
    struct uuid after = {{0}};
    struct db *db;
    size_t n = 0;
    const struct err *e = begin(h, a, &db);

    if (e) {
        arena_free(a);
        return e;
    }
    do {
        e = q_journal_read(db, (struct journal_read_in){h->integration, after, JOURNAL_PAGE}, &rows,
                           &n);
        for (size_t i = 0; i < n && !e; i++)
            book_take(h->book, rows[i].id, rows[i].body, time_mono());
        if (n)
            after = rows[n - 1].id;
    } while (!e && n == JOURNAL_PAGE);
    e = end(h, db, e);
    arena_free(a);
    return e;
}

static const struct err *load_settings(struct held *h, struct arena *a, const struct json **ret)
{
    struct line_settings_out row;
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (e)
        return e;
    e = end(h, db, q_line_settings(db, (struct line_settings_in){h->integration}, &row));
    if (e == E_NOT_FOUND)
        h->over = h->closed = true;
    if (e)
        return e;
    h->version = row.version;
    return integration_settings(a, h->tenant, h->integration, row.settings, row.secrets, row.zone,
                                ret);
}

static void pause_ms(struct held *h, int64_t ms)
{
    int64_t until = time_mono() + ms * TIME_MS;

    while (time_mono() < until && !h->over && !lines_stopping()) {
        usleep(STEP_MS * 1000);
        line_tend(h);
    }
}

static void connect_again_and_again(struct held *h)
{
    int64_t pause = PAUSE_MIN_MS, began;

    while (!h->over && !lines_stopping()) {
        struct arena *a = arena_new();
        const struct json *settings;
        const struct err *e = load_settings(h, a, &settings);
        began = time_mono();
        if (!e)
            e = line_session(h, a, settings);
        if (e && !h->over) {
            struct str why = arena_why(a).n ? arena_why(a) : str_of(e->title);
            LOG(LOG_WARN, "line.lost", KV("reason", why));
            line_note(h, "lost", why);
            pause = time_mono() - began > GOOD_US ? PAUSE_MIN_MS : pause;
            /* Within a fifth, so that lines cut together do not come back together. */
            pause_ms(h, pause + pause * (time_mono() % 200) / 1000);
            pause = pause * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause * 2;
        }
        arena_free(a);
    }
}

static void release(struct held *h)
{
    struct arena *a = arena_new();
    struct db *db;
    const struct err *e = begin(h, a, &db);

    if (!e)
        e = end(h, db, q_line_release(db, (struct line_release_in){h->integration, h->token}, NULL));
    if (e) /* it runs out by itself */
        LOG(LOG_WARN, "line.not_released", KV_C("code", e->code));
    arena_free(a);
}

void *line_hold(void *held)
{
    struct held *h = held;
    char id[UUID_TEXT], tenant[UUID_TEXT];

    log_context(uuid_text(h->integration, id), uuid_text(h->tenant, tenant));
    if (!take_lease(h)) {
        h->book = book_new();
        if (!load_journal(h)) {
            connect_again_and_again(h);
            line_tend(h);
        }
        release(h);
        book_free(h->book);
    }
    log_context(STR_NONE, STR_NONE);
    atomic_store(&h->ended, true);
    return NULL;
}
