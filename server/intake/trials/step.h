/* What the parts of this folder share: a step, and what it found. */
#ifndef RINGSIGHT_INTAKE_TRIALS_STEP_H
#define RINGSIGHT_INTAKE_TRIALS_STEP_H

#include "intake/trials/queries.h"
#include "intake/trials/trials.h"
#include "net/fetch.h"
#include "providers/provider.h"

enum found { FOUND_GOOD = 0, FOUND_BAD, FOUND_SKIPPED };

struct step_line {
    const char *name; /* "address", "tls" ... */
    enum found found;
    struct str text;  /* a sentence: what was found */
    struct str cure;  /* what to do about it, STR_NONE if nothing */
};

#define STEP_LINES 2

struct trying {
    struct job *job;
    struct arena *a;
    struct trial_task_out task;
    const struct provider *provider;
    const struct json *settings;
    struct str url;   /* of a hook trial: where it goes */
    struct fetch net; /* the way out, for fetch_http */

    /* What the step leaves. */
    size_t n;
    struct step_line lines[STEP_LINES];
    bool over;        /* no further step makes sense */
    bool refused;     /* the credentials are at fault */
    int wait_s;       /* > 0: ask again then */
    struct str carry; /* JSON for the next steps; STR_NONE: as before */
};

/* Adds a line; a bad one ends the trial. */
void step_say(struct trying *t, const char *name, enum found found, struct str text,
              struct str cure);
/* The sentence of the last error. */
struct str step_why(struct trying *t, const struct err *e);

typedef void step_fn(struct trying *t, const struct json *carry);

/* connection.c */
step_fn step_address, step_tls, step_login, step_recording, step_line;
/* hook.c */
step_fn step_send, step_arrival, step_reading;

#endif
