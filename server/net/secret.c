/* Reading a secret. Called while the services open. What was read is never logged or told. */
#include "net/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/time.h"

#define COMMAND_MS 10000

static const struct err *from_file(struct arena *a, const char *name, const char *file, char *out, size_t *ret_n)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t n;

    if (fd < 0)
        return err_why(a, E_BAD_INPUT, "Setting %s_file: %s cannot be read: %s.", name, file, strerror(errno));
    n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, out, SECRET_MAX) : -1;
    close(fd);
    if (n < 0)
        return err_why(a, E_BAD_INPUT, "Setting %s_file: %s is no file that can be read.", name, file);
    if (st.st_mode & 7)
        return err_why(a, E_BAD_INPUT, "Setting %s_file: everybody may read %s: chmod 600 it.", name, file);
    *ret_n = (size_t)n;
    return NULL;
}

/* The shell with the command, its output going to `out`; 0 if it did not start. */
static pid_t start(const char *command, int out)
{
    char sh[] = "sh", c[] = "-c";
    char *argv[] = {sh, c, (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t files;
    pid_t pid = 0;

    if (posix_spawn_file_actions_init(&files) != 0)
        return 0;
    if (posix_spawn_file_actions_adddup2(&files, out, 1) != 0 ||
        posix_spawn(&pid, "/bin/sh", &files, NULL, argv, environ) != 0)
        pid = 0;
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

/* All it says until it closes its output; false when it takes too long. */
static bool listen_to(int fd, char *out, size_t *ret_n)
{
    int64_t end = time_mono() + COMMAND_MS * TIME_MS;

    for (*ret_n = 0; *ret_n < SECRET_MAX;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = (end - time_mono()) / TIME_MS;
        ssize_t n;

        if (left <= 0 || (poll(&p, 1, (int)left) < 0 && errno != EINTR))
            return false;
        if (!p.revents)
            continue;
        n = read(fd, out + *ret_n, SECRET_MAX - *ret_n);
        if (n <= 0)
            return n == 0;
        *ret_n += (size_t)n;
    }
    return true;
}

static const struct err *from_command(struct arena *a, const char *name, const char *command, char *out,
                                      size_t *ret_n)
{
    int fds[2], status = -1;
    bool heard;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_why(a, E_INTERNAL, "No pipe for a command: %s.", strerror(errno));
    pid = start(command, fds[1]);
    close(fds[1]);
    heard = pid > 0 && listen_to(fds[0], out, ret_n);
    close(fds[0]);
    if (pid <= 0)
        return err_why(a, E_BAD_INPUT, "Setting %s_command: it cannot be started.", name);
    if (!heard)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!heard)
        return err_why(a, E_BAD_INPUT, "Setting %s_command: it took longer than %d seconds.", name,
                       COMMAND_MS / 1000);
    if (status != 0)
        return err_why(a, E_BAD_INPUT, "Setting %s_command: the command failed.", name);
    return NULL;
}

const struct err *secret_read(struct arena *a, const char *name, const char *file, const char *command,
                              struct str *ret)
{
    char *text = arena_alloc(a, SECRET_MAX);
    struct str line;
    size_t n = 0;
    const struct err *e;

    if (!*file == !*command)
        return err_why(a, E_BAD_INPUT, "Give one of the settings %s_file and %s_command.", name, name);
    e = *file ? from_file(a, name, file, text, &n) : from_command(a, name, command, text, &n);
    if (e)
        return e;
    line = str_n(text, n);
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
        line.n--;
    if (!line.n || n == SECRET_MAX || memchr(line.p, '\n', line.n))
        return err_why(a, E_BAD_INPUT, "What %s_%s tells must be one line of at most %d bytes.", name,
                       *file ? "file" : "command", SECRET_MAX - 1);
    *ret = str_dup(a, line);
    return NULL;
}
