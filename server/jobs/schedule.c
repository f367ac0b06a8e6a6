/* The schedule of jobs. Features put schedules, the keeper of every worker ticks. Reads no clock of
 * its own: "now" comes with the row, from PostgreSQL. */
#include "jobs/schedule.h"

#include "core/cron.h"
#include "core/log.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"

const struct err *schedule_put(struct db *db, const struct schedule *s)
{
    struct arena *a = db_arena(db);
    struct schedule_clock_out clock;
    struct schedule_put_in row = {.id = uuid_new(), .name = s->name, .kind = s->kind,
                                  .cron = s->cron, .zone = s->zone.n ? s->zone : STR_NONE,
                                  .args = s->args.n ? s->args : STR("{}")};
    const struct zone *zone;
    struct cron cron;
    const struct err *e = cron_parse(a, s->cron, &cron);

    if (!e && !job_kind_find(s->kind))
        return err_why(a, E_INTERNAL, "no such job kind: %.*s", STR_ARG(s->kind));
    if (!e)
        e = q_schedule_clock(db, &clock);
    if (e)
        return e;
    zone = zone_find(s->zone.n ? s->zone : clock.zone);
    if (!zone)
        return err_why(a, E_BAD_INPUT, "The zone of a schedule cannot be \"%.*s\": give one like "
                       "Europe/London.", STR_ARG(str_sub(s->zone, 0, 60)));
    row.next_at = cron_next(&cron, zone, clock.now);
    if (row.next_at == TIME_NONE)
        return err_why(a, E_BAD_INPUT, "This schedule never comes: no such month has such a day.");
    return q_schedule_put(db, row, NULL);
}

const struct err *schedule_drop(struct db *db, struct str name)
{
    return q_schedule_drop(db, (struct schedule_drop_in){name}, NULL);
}

const struct err *schedule_declared(struct db *db)
{
    const struct job_kind *k;
    const struct err *e = NULL;

    for (size_t i = 0; !e && (k = job_kind_at(i)); i++)
        if (k->cron)
            e = schedule_put(db, &(struct schedule){
                .name = str_of(k->name), .kind = str_of(k->name), .cron = str_of(k->cron)});
    return e;
}

/* When it comes next. What was readable when it was put and is not any more comes never, loudly. */
static int64_t next_of(struct db *db, const struct schedule_take_out *row)
{
    const struct zone *zone = zone_find(row->zone);
    struct cron cron;
    int64_t next = TIME_NONE;

    if (zone && !cron_parse(db_arena(db), row->cron, &cron))
        next = cron_next(&cron, zone, row->now);
    if (next == TIME_NONE)
        LOG(LOG_ERROR, "schedule.broken", KV("name", row->name), KV("cron", row->cron),
            KV("zone", row->zone));
    return next;
}

static const struct err *fire(struct db *db, struct uuid id)
{
    struct schedule_take_out row;
    const struct err *e = q_schedule_take(db, (struct schedule_take_in){id}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* another worker's */
    if (row.due)
        e = job_add(db, &(struct job_new){
            .kind = str_c(db_arena(db), row.kind), .args = row.args,
            .dedupe = str_fmt(db_arena(db), "schedule:%.*s", STR_ARG(row.name))});
    if (!e)
        e = q_schedule_next(db, (struct schedule_next_in){id, next_of(db, &row), row.due}, NULL);
    return e ? e : db_commit(db);
}

/* The kinds we know, as an array literal: others are left to newer workers. */
static struct str known_kinds(struct arena *a)
{
    struct buf b = buf_new(a, 1 << 16);
    const struct job_kind *k;

    buf_char(&b, '{');
    for (size_t i = 0; (k = job_kind_at(i)); i++)
        buf_fmt(&b, "%s%s", i ? "," : "", k->name);
    buf_char(&b, '}');
    return buf_str(&b);
}

const struct err *schedule_tick(struct db *db)
{
    struct schedule_due_out *rows;
    size_t n = 0;
    const struct err *e = q_schedule_due(
        db, (struct schedule_due_in){known_kinds(db_arena(db))}, &rows, &n);

    if (!e)
        e = db_commit(db);
    for (size_t i = 0; i < n && !e; i++) {
        char id[UUID_TEXT];
        const struct err *failed;
        db_begin(db, rows[i].tenant_id);
        failed = fire(db, rows[i].id);
        if (db_in_transaction(db))
            db_rollback(db);
        if (failed && !db_alive(db))
            e = failed;
        else if (failed) /* one that fails does not hold up the others */
            LOG(LOG_WARN, "schedule.not_fired", KV("schedule", uuid_text(rows[i].id, id)),
                KV_C("code", failed->code), KV("reason", arena_why(db_arena(db))));
    }
    return e;
}
