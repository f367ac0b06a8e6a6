/* What the worker's threads share: slots that run jobs, the dispatcher that claims for them, the
 * keeper that renews leases and looks after the queue. Files of jobs/ only. */
#ifndef RINGSIGHT_JOBS_WORKER_INT_H
#define RINGSIGHT_JOBS_WORKER_INT_H

#include <pthread.h>

#include "core/settings.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"

#define SLOTS_MAX 64
#define AHEAD_MAX 64 /* claimed and waiting for a slot */
#define DONE_MAX 128 /* done and waiting for the settler */
#define HELD_MAX (SLOTS_MAX + AHEAD_MAX + DONE_MAX)

struct slot {
    pthread_t thread;
    struct job *job; /* NULL: idle */
    int64_t since;   /* time_mono when it got the job */
};

/* A claimed job is in one of three places: ahead of the slots, in a slot, done. Its lease goes on in
 * each of them. */
struct worker {
    pthread_mutex_t lock;     /* of all below, where nothing else is said */
    pthread_cond_t work;      /* there is a job for a slot, or the end */
    pthread_cond_t done_room; /* there is room for a done one */
    pthread_cond_t wake;      /* the dispatcher should look */
    pthread_cond_t some_done; /* the settler should, or the end */
    struct slot slots[SLOTS_MAX];
    size_t n_slots, idle;
    struct slot ahead[AHEAD_MAX]; /* the most urgent first; no threads */
    size_t n_ahead;
    struct job *done_jobs[DONE_MAX];
    size_t n_done;
    int64_t took[KINDS_MAX]; /* how long jobs of a kind take of late, by its number; 0: none yet */
    bool poked, ended, settled;
    bool drain;        /* the operator asked: claim nothing */
    bool rebuild;      /* a ring was found empty, or Redis came back: the keeper fills it */
    bool redis;        /* the last turn came from the ring */
    int64_t done, last_done;
    /* Set at the start. */
    const struct settings *settings;
    struct db_pool *pool;
    bool takes[KINDS_MAX]; /* by number of the kind */
    char name[80];
};

extern struct worker worker_state;

/* True once the process is to end; twice, when it is to end at once. */
int worker_stopping(void);
void worker_wake(void *unused);
/* Makes a job of a claimed row, NULL where this program does not know its kind. */
struct job *worker_job(const struct job_claim_out *row);
void worker_give(struct job *job);
/* All jobs that are ours, at most HELD_MAX; `since` is the time_mono when it came to its place. Under
 * the lock, and good as long as it is held. */
enum holding { AHEAD = 0, IN_SLOT, DONE };
struct held {
    struct job *job;
    enum holding place;
    int64_t since;
};
size_t worker_holds(struct held *ret);
/* Lets go of jobs that nobody began: somebody else does them at once. */
void worker_hand_back(struct arena *a, struct job *const *v, size_t n);

void dispatch_loop(struct arena *a);
void *keeper_run(void *unused);
void *pulse_run(void *unused);
void *settle_run(void *unused);

#endif
