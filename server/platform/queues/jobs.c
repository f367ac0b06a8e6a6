/* platform.probe: a job that only waits and says how far it is. The operator tries the queue with
 * it, and so do the tests of fairness and of killed workers. It touches nothing. */
#include <time.h>

#include "platform/queues/inner.h"

#define STEP_US (20 * TIME_MS)

static void rest(int64_t us)
{
    struct timespec t = {us / TIME_S, us % TIME_S * 1000};

    nanosleep(&t, NULL);
}

static enum job_result probe(struct job *job, void **ret_product)
{
    int64_t ms = json_int(job->args, "ms", 0), began = time_mono(), left, whole;

    (void)ret_product;
    if (ms > PROBE_MS_MAX)
        ms = PROBE_MS_MAX;
    whole = ms * TIME_MS;
    while ((left = began + whole - time_mono()) > 0) {
        if (atomic_load(&job->lost))
            return JOB_RETRY;
        atomic_store(&job->percent, (int)((whole - left) * 100 / whole));
        rest(left < STEP_US ? left : STEP_US);
    }
    return JOB_DONE;
}

const struct job_kind queues_jobs[] = {
    {.name = "platform.probe", .work = probe, .attempts = 3, .timeout_s = PROBE_MS_MAX / 1000 + 60,
     .priority = JOB_NORMAL},
    {0},
};
