/* Starting, feeding and ending one ringsight-asr. Called by pocketsphinx.c only. Between fork and
 * exec nothing may be called that is not async-signal-safe: the server has threads. */
#include "engines/pocketsphinx/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
/* A child holds about 150 MB, and more for long segments. The address sanitizer reserves terabytes
 * of addresses. */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define MEMORY_MAX RLIM_INFINITY
#else
#define MEMORY_MAX ((rlim_t)1 << 30)
#endif
#define CPU_MAX_S 3600
#define NICENESS 5
#define END_PATIENCE_MS 2000

static bool limit(__rlimit_resource_t what, rlim_t most)
{
    struct rlimit r = {most, most};

    return setrlimit(what, &r) == 0;
}

/* Runs in the fork. Signals are set back because ignored ones survive exec. */
static _Noreturn void become_child(pid_t parent, int fd, const char *path, const char *models)
{
    char *const argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)models, NULL};
    char *const envp[] = {NULL};
    sigset_t none;

    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(126);
    /* fd may itself be 0, 1 or 2 if the server runs without them. */
    fd = fcntl(fd, F_DUPFD, 3);
    if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
        _exit(126);
    close(STDERR_FILENO);
    if (open("/dev/null", O_WRONLY) < 0 || close_range(3, ~0u, 0) != 0)
        _exit(126);
    if (!limit(RLIMIT_AS, MEMORY_MAX) || !limit(RLIMIT_CPU, CPU_MAX_S) || !limit(RLIMIT_CORE, 0) ||
        !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NOFILE, 16))
        _exit(126);
    setpriority(PRIO_PROCESS, 0, NICENESS);
    execve(path, argv, envp);
    _exit(127);
}

const struct err *child_start(struct arena *a, struct child *c, const char *path,
                              const char *models)
{
    pid_t self = getpid();
    int pair[2];

    if (access(path, X_OK) != 0)
        return err_why(a, E_CRASHED, "The speech recogniser %s cannot be started: %s.", path,
                       strerror(errno));
    if (access(models, R_OK | X_OK) != 0)
        return err_why(a, E_CRASHED,
                       "The speech models in %s cannot be opened (%s): install the package "
                       "pocketsphinx-en-us.",
                       models, strerror(errno));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_why(a, E_CRASHED, "No socket for the speech recogniser: %s.", strerror(errno));
    *c = (struct child){.state = CHILD_LOADING, .fd = pair[0]};
    c->pid = fork();
    if (c->pid == 0)
        become_child(self, pair[1], path, models);
    close(pair[1]);
    if (c->pid < 0) {
        close(pair[0]);
        c->state = CHILD_NONE;
        return err_why(a, E_CRASHED, "No process for the speech recogniser: %s.", strerror(errno));
    }
    return NULL;
}

void child_give(struct child *c, size_t segment, const int16_t *pcm, size_t n_samples)
{
    c->state = CHILD_BUSY;
    c->segment = segment;
    c->out = (struct asr_frame){ASR_MAGIC, ASR_SEGMENT, (uint32_t)segment,
                                (uint32_t)(n_samples * sizeof *pcm)};
    c->out_body = (const uint8_t *)pcm;
    c->out_done = 0;
}

bool child_sending(const struct child *c)
{
    return c->state == CHILD_BUSY && c->out_done < sizeof c->out + c->out.n;
}

/* An error here is left to child_receive, which meets the end of the stream. */
void child_send(struct child *c)
{
    while (child_sending(c)) {
        const size_t head = sizeof c->out;
        bool in_head = c->out_done < head;
        const uint8_t *p = in_head ? (const uint8_t *)&c->out + c->out_done
                                   : c->out_body + (c->out_done - head);
        size_t n = in_head ? head - c->out_done : head + c->out.n - c->out_done;
        ssize_t put = send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return;
        c->out_done += (size_t)put;
    }
}

enum child_news child_receive(struct arena *a, struct child *c)
{
    const size_t head = sizeof c->in;

    for (;;) {
        bool in_head = c->in_done < head;
        uint8_t *p = in_head ? (uint8_t *)&c->in + c->in_done : c->in_body + (c->in_done - head);
        size_t n = in_head ? head - c->in_done : head + c->in.n - c->in_done;
        ssize_t got = recv(c->fd, p, n, MSG_DONTWAIT);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return CHILD_NOTHING;
        if (got <= 0)
            return CHILD_GONE;
        c->in_done += (size_t)got;
        if (c->in_done < head)
            continue;
        if (c->in_done == head) {
            if (c->in.magic != ASR_MAGIC || c->in.n > ASR_WORDS_MAX)
                return CHILD_GONE;
            c->in_body = arena_alloc(a, c->in.n);
        }
        if (c->in_done == head + c->in.n) {
            c->in_done = 0;
            return CHILD_MESSAGE;
        }
    }
}

/* SIGTERM lets the child take its own fork along; SIGKILL is for one that hangs. */
static int stop(pid_t pid)
{
    int watch = pidfd_open(pid, 0);
    struct pollfd p = {watch, POLLIN, 0};
    int status = 0;

    kill(pid, SIGTERM);
    if (watch < 0 || poll(&p, 1, END_PATIENCE_MS) != 1)
        kill(pid, SIGKILL);
    if (watch >= 0)
        close(watch);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 0;
    return status;
}

struct str child_end(struct arena *a, struct child *c)
{
    int status;

    if (c->state == CHILD_NONE)
        return STR("");
    close(c->fd);
    status = stop(c->pid);
    c->state = CHILD_NONE;
    if (WIFSIGNALED(status))
        return str_fmt(a, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return str_fmt(a, "exit status %d", WEXITSTATUS(status));
}
