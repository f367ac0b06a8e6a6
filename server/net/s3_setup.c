/* What makes a bucket usable: its names checked, its keys read from their file. Called at start and
 * when somebody saves settings; asks nobody. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/s3.h"

#define KEYS_MAX 16384

static bool name_ok(struct str s, const char *more)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
            !(c && strchr(more, c)))
            return false;
    }
    return s.n > 0;
}

const struct err *s3_check(const struct s3 *s, struct arena *a)
{
    struct str rest = s->endpoint;
    ptrdiff_t at = str_find(s->endpoint, STR("://"), 0);
    const struct err *e = http_url_check(a, s->endpoint, true, NULL);

    if (e)
        return err_why(a, E_BAD_INPUT, "The endpoint: %.*s", STR_ARG(arena_why(a)));
    rest = str_sub(rest, (size_t)at + 3, rest.n);
    if (str_find(rest, STR("/"), 0) >= 0 || str_find(rest, STR("?"), 0) >= 0)
        return err_why(a, E_BAD_INPUT, "The endpoint: give https://host or https://host:port, "
                                       "without a path.");
    if (s->bucket.n < 3 || s->bucket.n > 63 || !name_ok(s->bucket, "-._"))
        return err_why(a, E_BAD_INPUT, "The bucket: give its name, 3 to 63 letters, digits, dots "
                                       "or hyphens.");
    if (!name_ok(s->region, "-"))
        return err_why(a, E_BAD_INPUT, "The region: give its name, for example eu-central-1.");
    if (!str_utf8(s->prefix) || (s->prefix.n && s->prefix.p[0] == '/') || s->prefix.n > 512)
        return err_why(a, E_BAD_INPUT, "The prefix: at most 512 bytes, not beginning with '/'.");
    if (!s->id.n || !s->secret.n)
        return err_why(a, E_BAD_INPUT, "The access key: give its id and its secret.");
    return NULL;
}

static struct str key_line(struct str file, const char *name)
{
    struct str line, key;

    while (str_split(&file, '\n', &line)) {
        if (!str_split(&line, '=', &key) || !line.p)
            continue;
        key = str_trim(key);
        if (str_starts(key, STR("aws_")))
            key = str_sub(key, 4, key.n);
        if (str_case_eq(key, str_of(name)))
            return str_trim(line);
    }
    return STR_NONE;
}

const struct err *s3_read_keys(struct arena *a, const char *file, struct str *ret_id,
                               struct str *ret_secret)
{
    char *text = arena_alloc(a, KEYS_MAX);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t n;

    if (fd < 0)
        return err_why(a, E_BAD_INPUT, "The file of S3 keys %s cannot be read: %s.", file,
                       strerror(errno));
    n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, text, KEYS_MAX) : -1;
    close(fd);
    if (n < 0 || n == KEYS_MAX)
        return err_why(a, E_BAD_INPUT, "The file of S3 keys %s cannot be read.", file);
    if (st.st_mode & 7)
        return err_why(a, E_BAD_INPUT, "Everybody may read the file of S3 keys %s: chmod 600 it.",
                       file);
    *ret_id = key_line(str_n(text, (size_t)n), "access_key_id");
    *ret_secret = key_line(str_n(text, (size_t)n), "secret_access_key");
    if (!ret_id->n || !ret_secret->n)
        return err_why(a, E_BAD_INPUT, "The file of S3 keys %s needs the lines access_key_id = … "
                                       "and secret_access_key = ….", file);
    return NULL;
}
