/* From the events of a call to its legs, see fold.h for the rules. Called by fold.c. Every sort
 * here ends in the events' canonical text, so that no order of arrival can show. Pure. */
#include "intake/calls/fold_legs.h"

#include <stdlib.h>
#include <string.h>

#include "intake/calls/fold.h"

/* An event with its canonical text. */
struct told {
    const struct call_event *ev;
    struct str text;
};

int number_order(int64_t x, int64_t y)
{
    return x < y ? -1 : x > y;
}

int text_order(struct str x, struct str y)
{
    size_t n = x.n < y.n ? x.n : y.n;
    int order = n ? memcmp(x.p, y.p, n) : 0;

    return order ? order : number_order((int64_t)x.n, (int64_t)y.n);
}

int leg_key_order(struct str x, struct str y)
{
    int64_t nx = 0, ny = 0;
    bool is_x = str_to_int(x, &nx), is_y = str_to_int(y, &ny);

    if (is_x != is_y)
        return is_x ? -1 : 1;
    if (is_x && nx != ny)
        return number_order(nx, ny);
    return text_order(x, y); /* "7" and "07" too: equal numbers are not yet equal keys */
}

static int leg_order(const struct call_event *x, const struct call_event *y)
{
    if (x->totals != y->totals)
        return x->totals ? -1 : 1;
    return x->totals ? 0 : leg_key_order(x->leg_key, y->leg_key);
}

/* TIME_NONE and -1 are the smallest values, so the unknown comes first and wins nothing. */
static int by_leg_and_progress(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    int order = leg_order(x->ev, y->ev);

    if (!order)
        order = number_order(x->ev->ended, y->ev->ended);
    if (!order)
        order = number_order(x->ev->talk, y->ev->talk);
    if (!order)
        order = number_order(x->ev->duration, y->ev->duration);
    if (!order)
        order = number_order((int64_t)x->ev->n_recordings, (int64_t)y->ev->n_recordings);
    return order ? order : text_order(x->text, y->text);
}

static void take_text(struct str *to, struct str s)
{
    if (s.n)
        *to = s;
}

static void take_recordings(struct arena *a, struct call_event *leg, const struct call_event *ev)
{
    for (size_t i = 0; i < ev->n_recordings; i++) {
        const struct recording_ref *from = &ev->recordings[i];
        struct recording_ref *to = NULL;

        for (size_t j = 0; j < leg->n_recordings && !to; j++)
            if (str_eq(leg->recordings[j].name, from->name))
                to = &leg->recordings[j];
        if (!to)
            to = event_add_recording(a, leg);
        if (!to)
            return;
        to->name = from->name;
        take_text(&to->folder, from->folder);
        take_text(&to->transcript, from->transcript);
        if (from->seconds >= 0)
            to->seconds = from->seconds;
        to->leg_key = leg->leg_key;
    }
}

/* What ev knows replaces what leg has. */
static void take(struct arena *a, struct call_event *leg, const struct call_event *ev)
{
    leg->totals = ev->totals;
    take_text(&leg->call_key, ev->call_key);
    take_text(&leg->leg_key, ev->leg_key);
    take_text(&leg->from, ev->from);
    take_text(&leg->to, ev->to);
    take_text(&leg->from_name, ev->from_name);
    take_text(&leg->agent, ev->agent);
    take_text(&leg->trunk, ev->trunk);
    take_text(&leg->queue, ev->queue);
    take_text(&leg->action, ev->action);
    if (ev->direction != CALL_UNKNOWN)
        leg->direction = ev->direction;
    if (ev->disposition != CALL_DISPOSITION_UNKNOWN)
        leg->disposition = ev->disposition;
    if (ev->started != TIME_NONE)
        leg->started = ev->started;
    if (ev->answered != TIME_NONE)
        leg->answered = ev->answered;
    if (ev->ended != TIME_NONE)
        leg->ended = ev->ended;
    if (ev->duration >= 0)
        leg->duration = ev->duration;
    if (ev->talk >= 0)
        leg->talk = ev->talk;
    take_recordings(a, leg, ev);
}

static int64_t seconds_between(int64_t from, int64_t to)
{
    return from == TIME_NONE || to == TIME_NONE || to < from ? -1 : (to - from) / TIME_S;
}

/* Times and figures that follow from the others. What lies before the start is dropped first: a
 * wall clock without zone runs twice through an hour each autumn. */
static void complete(struct call_event *leg)
{
    if (leg->ended != TIME_NONE && leg->started != TIME_NONE && leg->ended < leg->started)
        leg->ended = TIME_NONE;
    if (leg->disposition == CALL_DISPOSITION_UNKNOWN &&
        (leg->talk > 0 || leg->answered != TIME_NONE))
        leg->disposition = CALL_ANSWERED;
    if (leg->disposition != CALL_ANSWERED && leg->disposition != CALL_VOICEMAIL &&
        leg->disposition != CALL_DISPOSITION_UNKNOWN) {
        leg->answered = TIME_NONE;
        leg->talk = 0;
    }
    if (leg->answered != TIME_NONE && leg->started != TIME_NONE && leg->answered < leg->started)
        leg->answered = TIME_NONE;
    if (leg->ended == TIME_NONE && leg->started != TIME_NONE && leg->duration >= 0)
        leg->ended = leg->started + leg->duration * TIME_S;
    if (leg->duration < 0)
        leg->duration = seconds_between(leg->started, leg->ended);
    if (leg->talk < 0)
        leg->talk = seconds_between(leg->answered, leg->ended);
    if (leg->disposition == CALL_ANSWERED && leg->answered == TIME_NONE && leg->talk >= 0 &&
        leg->ended != TIME_NONE)
        leg->answered = leg->ended - leg->talk * TIME_S;
}

/* A row that a ring-all, a queue or a fork left behind: no length, nobody, nothing recorded. */
static bool is_ghost(const struct call_event *leg)
{
    return leg->duration == 0 && leg->talk <= 0 && leg->n_recordings == 0 &&
           (leg->disposition == CALL_NO_ANSWER || leg->disposition == CALL_DISPOSITION_UNKNOWN);
}

static void drop_ghosts(struct legs *legs)
{
    size_t kept = 0;

    for (size_t i = 0; i < legs->n; i++)
        kept += !is_ghost(&legs->v[i]);
    if (kept == 0 || kept == legs->n)
        return;
    kept = 0;
    for (size_t i = 0; i < legs->n; i++)
        if (!is_ghost(&legs->v[i]))
            legs->v[kept++] = legs->v[i];
    legs->n = kept;
}

/* A leg without a start comes last. */
static int by_start_and_key(const void *a, const void *b)
{
    const struct call_event *x = a, *y = b;
    int order = (x->started == TIME_NONE) - (y->started == TIME_NONE);

    if (!order)
        order = number_order(x->started, y->started);
    return order ? order : leg_key_order(x->leg_key, y->leg_key);
}

static struct call_event blank(struct arena *a)
{
    struct event_list one = {0};

    return *event_add(a, &one);
}

void legs_of(struct arena *a, const struct call_event *events, size_t n, struct legs *ret)
{
    struct told *told = ARENA_ARRAY(a, n, struct told);
    const struct call_event none = blank(a);

    *ret = (struct legs){.v = ARENA_ARRAY(a, n + 1, struct call_event), .totals = none};
    for (size_t i = 0; i < n; i++)
        told[i] = (struct told){&events[i], event_encode(a, &events[i])};
    qsort(told, n, sizeof *told, by_leg_and_progress);
    for (size_t i = 0; i < n; i++) {
        const struct call_event *ev = told[i].ev;
        if (i > 0 && str_eq(told[i].text, told[i - 1].text))
            continue; /* told again */
        if (ev->totals) {
            ret->has_totals = true;
            take(a, &ret->totals, ev);
            continue;
        }
        if (ret->n == 0 || !str_eq(ret->v[ret->n - 1].leg_key, ev->leg_key))
            ret->v[ret->n++] = none;
        take(a, &ret->v[ret->n - 1], ev);
    }
    complete(&ret->totals);
    if (ret->n == 0)
        ret->v[ret->n++] = ret->totals;
    for (size_t i = 0; i < ret->n; i++)
        complete(&ret->v[i]);
    drop_ghosts(ret);
    qsort(ret->v, ret->n, sizeof *ret->v, by_start_and_key);
}
