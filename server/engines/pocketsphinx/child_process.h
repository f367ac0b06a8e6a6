/* One ringsight-asr process, seen from the server: start, send, receive, end. */
#ifndef RINGSIGHT_ENGINES_POCKETSPHINX_CHILD_PROCESS_H
#define RINGSIGHT_ENGINES_POCKETSPHINX_CHILD_PROCESS_H

#include <sys/types.h>

#include "core/arena.h"
#include "core/err.h"
#include "engines/pocketsphinx/protocol.h"

enum child_state { CHILD_NONE = 0, CHILD_LOADING, CHILD_IDLE, CHILD_BUSY };

struct child {
    enum child_state state;
    pid_t pid;
    int fd; /* our end of the socket, non-blocking */
    int64_t deadline; /* time_mono; only while loading or busy */
    /* What is being sent: the frame, then the samples. */
    size_t segment; /* its index, where busy */
    struct asr_frame out;
    const uint8_t *out_body;
    size_t out_done;
    /* What is being received. */
    struct asr_frame in;
    uint8_t *in_body;
    size_t in_done;
};

enum child_news {
    CHILD_NOTHING = 0,
    CHILD_MESSAGE, /* a whole message is in c->in and c->in_body */
    CHILD_GONE,    /* the stream ended or makes no sense */
};

/* Starts a process with an empty environment, no other descriptors than its socket, limits on
 * memory and time, no new privileges, niceness 5; it dies with the calling thread. E_CRASHED if the
 * system refuses. `path` and `models` are checked first, for a clear reason. */
const struct err *child_start(struct arena *a, struct child *c, const char *path,
                              const char *models);

/* Begins to send a segment; child_send carries on whenever the socket takes more. */
void child_give(struct child *c, size_t segment, const int16_t *pcm, size_t n_samples);
bool child_sending(const struct child *c);
void child_send(struct child *c);

/* Takes what has come, without waiting. The body is in the arena. After CHILD_MESSAGE call again
 * before the next wait. */
enum child_news child_receive(struct arena *a, struct child *c);

/* Ends the process, waits for it, closes the socket; state becomes CHILD_NONE. Returns the words
 * for how it ended ("signal 11 (Segmentation fault)", "exit status 65"). */
struct str child_end(struct arena *a, struct child *c);

#endif
