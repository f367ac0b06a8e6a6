/* ringsight-asr: the offline speech recogniser as a process of its own, started by
 * engines/pocketsphinx/pocketsphinx.c with one argument, the folder of the models. It speaks
 * protocol.h on standard input and output, which are one socket. Models are loaded once; every
 * segment is then decoded in a fork, so that each starts from the very same state: what was heard
 * before cannot change a word, and memory is given back. It must not open files or sockets. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sphinxbase/ckd_alloc.h>

#include "engines/pocketsphinx/child/decode.h"
#include "engines/pocketsphinx/protocol.h"

#define EXIT_PROTOCOL 64
#define EXIT_MODEL 65
#define EXIT_DECODE 66

static volatile sig_atomic_t worker; /* process id of the fork at work, 0 if none */

static bool read_all(void *to, size_t n)
{
    for (uint8_t *p = to; n > 0;) {
        ssize_t got = read(STDIN_FILENO, p, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_all(const void *from, size_t n)
{
    for (const uint8_t *p = from; n > 0;) {
        ssize_t put = write(STDOUT_FILENO, p, n);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

static bool say(enum asr_kind kind, uint32_t id, const void *body, size_t n)
{
    struct asr_frame f = {ASR_MAGIC, kind, id, (uint32_t)n};

    return write_all(&f, sizeof f) && write_all(body, n);
}

static void say_problem(const char *what)
{
    char text[500];

    snprintf(text, sizeof text, "%s: %s", what, decode_problem());
    say(ASR_PROBLEM, 0, text, strlen(text));
}

/* The server wants this process to end: take the fork along, so that nobody inherits it. */
static void on_term(int sig)
{
    (void)sig;
    if (worker > 0) {
        kill(worker, SIGKILL);
        waitpid(worker, NULL, 0);
    }
    _exit(0);
}

static _Noreturn void work(uint32_t id, const int16_t *pcm, size_t n_samples)
{
    const uint8_t *body = NULL;
    size_t n = 0;

    if (!decode_segment(pcm, n_samples, &body, &n)) {
        say_problem("The recogniser failed on a segment");
        _exit(EXIT_DECODE);
    }
    _exit(say(ASR_WORDS, id, body, n) ? 0 : EXIT_PROTOCOL);
}

/* Ends as the fork did, so that the server sees the same reason. */
static _Noreturn void end_like(int status)
{
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_DECODE);
}

static void hear(uint32_t id, const int16_t *pcm, size_t n_samples)
{
    pid_t self = getpid(), pid;
    sigset_t term, before;
    int status = 0;

    /* A SIGTERM between fork and the note of the fork's id would leave the fork behind. */
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    pid = fork();
    if (pid == 0) {
        signal(SIGTERM, SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != self)
            _exit(0);
        work(id, pcm, n_samples);
    }
    worker = pid;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0)
        _exit(EXIT_DECODE);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    worker = 0;
    if (status != 0)
        end_like(status);
}

int main(int argc, char **argv)
{
    struct sigaction term = {.sa_handler = on_term};
    struct asr_frame f;

    if (argc != 2) {
        fputs("usage: ringsight-asr FOLDER (started by ringsight, not by hand)\n", stderr);
        return EXIT_PROTOCOL;
    }
    signal(SIGPIPE, SIG_IGN);
    if (!decode_open(argv[1])) {
        say_problem("The speech models cannot be loaded");
        return EXIT_MODEL;
    }
    sigaction(SIGTERM, &term, NULL);
    if (!say(ASR_HELLO, 0, NULL, 0))
        return EXIT_PROTOCOL;
    while (read_all(&f, sizeof f)) {
        int16_t *pcm;

        if (f.magic != ASR_MAGIC || f.kind != ASR_SEGMENT || f.n > ASR_SEGMENT_MAX)
            return EXIT_PROTOCOL;
        pcm = ckd_calloc(f.n / sizeof *pcm + 1, sizeof *pcm);
        if (!read_all(pcm, f.n))
            return EXIT_PROTOCOL;
        hear(f.id, pcm, f.n / sizeof *pcm);
        ckd_free(pcm);
    }
    return 0;
}
