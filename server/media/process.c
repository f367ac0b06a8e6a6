/* Life of one decoder process. Called by media.c. Input and output are served by one poll loop, so
 * that neither side waits for the other with full hands; the process is killed and reaped on every
 * way out. SIGCHLD must not be ignored in this program, or the reason of a crash is lost. */
#include "media/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/time.h"

_Static_assert(sizeof(struct wire_hello) + WIRE_MAX_MUTES * sizeof(struct wire_mute) <= WIRE_MAX_IN,
               "the greeting is sent at once");

struct process {
    struct collect *c;
    struct arena *a;
    const struct media_source *source;
    const struct process_options *options;
    int64_t deadline;
    pid_t pid;
    int in, out; /* our ends; -1 once closed */
    bool ready;  /* the sandbox is on */
    bool asked;  /* the greeting was queued */
    bool fed;    /* the end of the file was queued */
    bool eof;    /* the process has closed its output */
    size_t in_n, in_at;
    size_t out_n;
    unsigned char in_buf[sizeof(uint32_t) + WIRE_MAX_IN];
    unsigned char out_buf[sizeof(struct wire_head) + WIRE_MAX_OUT];
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The child gets three descriptors, default signals and nothing else. */
static int spawn(struct process *p, int child_in, int child_out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    char *const tasks[] = {NULL, (char[]){"opus"}, (char[]){"sheet"}};
    char *const argv[] = {(char[]){"ringsight-media"}, tasks[p->options->task], NULL};
    char *const envp[] = {NULL};
    int rc;

    sigemptyset(&none);
    sigfillset(&all);
    rc = posix_spawn_file_actions_init(&files);
    if (rc)
        return rc;
    rc = posix_spawnattr_init(&attr);
    if (rc) {
        posix_spawn_file_actions_destroy(&files);
        return rc;
    }
    rc = posix_spawn_file_actions_adddup2(&files, child_in, 0);
    if (!rc)
        rc = posix_spawn_file_actions_adddup2(&files, child_out, 1);
    if (!rc)
        rc = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (!rc)
        rc = posix_spawn_file_actions_addclosefrom_np(&files, 3);
    if (!rc)
        rc = posix_spawnattr_setsigmask(&attr, &none);
    if (!rc)
        rc = posix_spawnattr_setsigdefault(&attr, &all);
    if (!rc)
        rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!rc)
        rc = posix_spawn(&p->pid, p->options->path, &files, &attr, argv, envp);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static const struct err *start(struct process *p)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, rc;

    /* A socket, not a pipe, for input: a write to a dead decoder must not raise SIGPIPE here. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0)
        return err_why(p->a, E_BUSY, "The decoder cannot be started: %s.", strerror(errno));
    if (pipe2(out, O_CLOEXEC) != 0) {
        rc = errno;
        close_fd(&in[0]);
        close_fd(&in[1]);
        return err_why(p->a, E_BUSY, "The decoder cannot be started: %s.", strerror(rc));
    }
    rc = spawn(p, in[1], out[1]);
    close_fd(&in[1]);
    close_fd(&out[1]);
    p->in = in[0];
    p->out = out[0];
    if (rc)
        return err_why(p->a, rc == EAGAIN || rc == ENOMEM ? E_BUSY : E_CRASHED,
                       "The decoder cannot be started: %s.", strerror(rc));
    if (fcntl(p->out, F_SETFL, O_NONBLOCK) != 0)
        return err_why(p->a, E_CRASHED, "The decoder cannot be listened to.");
    return NULL;
}

/* Puts the next thing to send into in_buf. */
static const struct err *refill(struct process *p)
{
    struct wire_hello hello = {WIRE_MAGIC, p->c->want_pcm, (uint32_t)p->options->n_mutes};
    size_t mutes = p->options->n_mutes * sizeof *p->options->mutes;
    const struct err *e;
    size_t n = 0;
    uint32_t n32;

    p->in_at = 0;
    if (!p->asked) {
        p->asked = true;
        memcpy(p->in_buf, &hello, sizeof hello);
        if (mutes)
            memcpy(p->in_buf + sizeof hello, p->options->mutes, mutes);
        p->in_n = sizeof hello + mutes;
        return NULL;
    }
    e = p->source->read(p->source->ctx, p->in_buf + sizeof n32, WIRE_MAX_IN, &n);
    if (e)
        return e;
    if (n > WIRE_MAX_IN)
        return err_why(p->a, E_INTERNAL, "The recording's source gave more than was asked for.");
    n32 = (uint32_t)n;
    memcpy(p->in_buf, &n32, sizeof n32);
    p->in_n = sizeof n32 + n;
    p->fed = n == 0;
    return NULL;
}

/* Sends what there is until the decoder takes no more. */
static const struct err *feed(struct process *p)
{
    const struct err *e;
    ssize_t put;

    if (p->in_at == p->in_n) {
        e = refill(p);
        if (e)
            return e;
    }
    put = send(p->in, p->in_buf + p->in_at, p->in_n - p->in_at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    if (put < 0) {
        close_fd(&p->in); /* it needs no more, or is dead: its output tells which */
        return NULL;
    }
    p->in_at += (size_t)put;
    if (p->fed && p->in_at == p->in_n)
        close_fd(&p->in);
    return NULL;
}

static const struct err *take_block(struct process *p, struct wire_head head, const void *bytes)
{
    if (p->ready)
        return collect_block(p->c, head.kind, bytes, head.n);
    if (head.kind != WIRE_READY || head.n != 0)
        return err_why(p->a, E_CRASHED, "The decoder gave an answer that makes no sense.");
    p->ready = true;
    if (p->options->watch)
        p->options->watch(p->options->watch_ctx, p->pid);
    return NULL;
}

static const struct err *listen_once(struct process *p)
{
    const struct err *e;
    struct wire_head head;
    size_t at = 0;
    ssize_t got = read(p->out, p->out_buf + p->out_n, sizeof p->out_buf - p->out_n);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    if (got <= 0) {
        p->eof = true;
        return NULL;
    }
    p->out_n += (size_t)got;
    while (p->out_n - at >= sizeof head) {
        memcpy(&head, p->out_buf + at, sizeof head);
        if (head.n > WIRE_MAX_OUT)
            return err_why(p->a, E_CRASHED, "The decoder gave an answer that makes no sense.");
        if (p->out_n - at - sizeof head < head.n)
            break;
        e = take_block(p, head, p->out_buf + at + sizeof head);
        if (e)
            return e;
        at += sizeof head + head.n;
    }
    memmove(p->out_buf, p->out_buf + at, p->out_n - at);
    p->out_n -= at;
    return NULL;
}

static const struct err *serve(struct process *p)
{
    const struct err *e = NULL;
    int64_t left;
    int rc;

    while (!e && !p->eof && !p->c->ended) {
        /* Not a byte before the sandbox is on. */
        struct pollfd fds[2] = {{.fd = p->out, .events = POLLIN},
                                {.fd = p->ready ? p->in : -1, .events = POLLOUT}};

        left = (p->deadline - time_mono()) / TIME_MS;
        if (left <= 0)
            return err_why(p->a, E_TIMEOUT, "Decoding took more than %lld seconds.",
                           (long long)((p->options->timeout_ms + 999) / 1000));
        rc = poll(fds, 2, left > 60000 ? 60000 : (int)left);
        if (rc < 0 && errno != EINTR)
            return err_why(p->a, E_CRASHED, "The decoder cannot be listened to.");
        if (rc <= 0)
            continue;
        if (fds[0].revents)
            e = listen_once(p);
        if (!e && fds[1].revents && !p->c->ended && p->in >= 0)
            e = feed(p);
    }
    return e;
}

/* Why a decoder that said neither DONE nor REFUSED is gone. */
static const struct err *cause_of_death(struct process *p, int status)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return err_why(p->a, E_TIMEOUT, "Decoding took more processor time than a recording may.");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return err_why(p->a, E_CRASHED,
                       "The decoder tried something it may not do and was stopped.");
    if (WIFSIGNALED(status))
        return err_why(p->a, E_CRASHED, "The decoder died while reading the recording (signal %d).",
                       WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) == WIRE_EXIT_UNLOCKED)
        return err_why(p->a, E_CRASHED,
                       "The decoder could not lock itself in, so it read nothing.");
    return err_why(p->a, E_CRASHED, "The decoder stopped without an answer.");
}

static int end(struct process *p)
{
    int status = 0;
    pid_t rc;

    close_fd(&p->in);
    close_fd(&p->out);
    if (p->pid <= 0)
        return 0;
    /* It has said all or is dying; its exit status is fixed before its output closes. */
    kill(p->pid, SIGKILL);
    do
        rc = waitpid(p->pid, &status, 0);
    while (rc < 0 && errno == EINTR);
    return rc == p->pid ? status : 0;
}

const struct err *process_run(struct collect *c, const struct media_source *source,
                              const struct process_options *options)
{
    struct process *p = ARENA_NEW(c->a, struct process);
    const struct err *e;
    int status;

    p->c = c;
    p->a = c->a;
    p->source = source;
    p->options = options;
    p->deadline = time_mono() + options->timeout_ms * TIME_MS;
    p->in = p->out = -1;
    e = start(p);
    if (!e)
        e = serve(p);
    status = end(p);
    if (e || c->ended)
        return e;
    return cause_of_death(p, status);
}
