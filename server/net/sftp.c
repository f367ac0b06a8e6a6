/* SFTP over libcurl: one easy handle a session, kept connected from call to call. Called by drop
 * folders' jobs. Must not speak to a host whose key is not the pinned one, and never writes a
 * private key to a disk. */
#include "net/sftp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/time.h"
#include "net/transfer.h"

#define CONNECT_MS 10000L
#define STALL_SECONDS 30L
#define LIST_MAX (16u << 20)

struct sftp {
    struct sftp_config config;
    CURL *c;
    int key_fd; /* the private key in memory, for a library that only reads files */
    char why[CURL_ERROR_SIZE];

    /* Of the call at hand. */
    struct arena *a;
    const struct err *fail;
    http_sink *sink;
    void *sink_arg;
    size_t got, max_bytes;
    struct str put;
    struct str seen_key;
    bool other_key, refused;
};

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct sftp *s = arg;
    enum net_verdict verdict = NET_REFUSED;
    int fd;

    if (purpose == CURLSOCKTYPE_IPCXN && address->socktype == SOCK_STREAM)
        verdict = net_address_allowed(&address->addr, address->addrlen, STR("sftp"),
                                      s->config.http->allowances);
    if (verdict == NET_PUBLIC && net_address_is_own(&address->addr))
        verdict = NET_REFUSED;
    s->refused = verdict == NET_REFUSED;
    if (s->refused)
        return CURL_SOCKET_BAD;
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* "SHA256:" and base64 without its padding, as ssh-keygen prints it. */
static int check_key(void *arg, int type, const char *key, size_t n)
{
    struct sftp *s = arg;
    struct hash hash = crypto_sha256(str_n(key, n));
    struct str base64 = crypto_base64(s->a, str_n(hash.b, sizeof hash.b));

    (void)type;
    while (base64.n && base64.p[base64.n - 1] == '=')
        base64.n--;
    s->seen_key = str_fmt(s->a, "SHA256:%.*s", STR_ARG(base64));
    s->other_key = !str_eq(s->seen_key, s->config.host_key);
    return s->other_key ? CURLKHMATCH_MISMATCH : CURLKHMATCH_OK;
}

static size_t on_bytes(char *p, size_t size, size_t n, void *arg)
{
    struct sftp *s = arg;
    struct str bytes = str_n(p, size * n);

    if (bytes.n > s->max_bytes - s->got)
        s->fail = err_why(s->a, E_TOO_LARGE, "The file is larger than %zu bytes.", s->max_bytes);
    else
        s->fail = s->sink(s->sink_arg, bytes);
    s->got += bytes.n;
    return s->fail ? 0 : bytes.n;
}

static size_t on_put(char *out, size_t size, size_t n, void *arg)
{
    struct sftp *s = arg;
    struct str part = str_sub(s->put, 0, size * n);

    if (part.n)
        memcpy(out, part.p, part.n);
    s->put = str_sub(s->put, part.n, s->put.n);
    return part.n;
}

static int on_progress(void *arg, curl_off_t dl_all, curl_off_t dl, curl_off_t ul_all,
                       curl_off_t ul)
{
    struct sftp *s = arg;

    (void)dl_all, (void)dl, (void)ul_all, (void)ul;
    if (!s->config.cancelled || !s->config.cancelled(s->config.cancelled_arg))
        return 0;
    s->fail = E_LOST;
    return 1;
}

static void end(void *session)
{
    struct sftp *s = session;

    if (s->c)
        curl_easy_cleanup(s->c);
    if (s->key_fd >= 0)
        close(s->key_fd);
}

static const struct err *take_key(struct sftp *s, struct arena *a)
{
    struct str key = s->config.private_key;
    bool newline = key.n && key.p[key.n - 1] == '\n';

    s->key_fd = memfd_create("key", MFD_CLOEXEC);
    if (s->key_fd < 0 || write(s->key_fd, key.p, key.n) != (ssize_t)key.n ||
        (!newline && write(s->key_fd, "\n", 1) != 1))
        return err_why(a, E_INTERNAL, "No memory for the SSH key.");
    return NULL;
}

const struct err *sftp_open(struct arena *a, const struct sftp_config *config, struct sftp **ret)
{
    struct sftp *s = ARENA_NEW(a, struct sftp);
    struct str host = config->host;

    *s = (struct sftp){.config = *config, .key_fd = -1};
    for (size_t i = 0; i < host.n; i++)
        if (!(host.p[i] >= 'a' && host.p[i] <= 'z') && !(host.p[i] >= 'A' && host.p[i] <= 'Z') &&
            !(host.p[i] >= '0' && host.p[i] <= '9') && !(host.p[i] && strchr(".-_", host.p[i])))
            return err_why(a, E_BAD_INPUT, "The host: give a name or an IPv4 address.");
    if (!host.n || config->port < 1 || config->port > 65535)
        return err_why(a, E_BAD_INPUT, "The host and its port are needed.");
    if (!str_starts(config->host_key, STR("SHA256:")) || config->host_key.n != 50)
        return err_why(a, E_BAD_INPUT, "The host key: give SHA256: and 43 characters, as ssh-keygen "
                                       "-l prints it.");
    arena_defer(a, end, s);
    if (config->private_key.n) {
        const struct err *e = take_key(s, a);
        if (e)
            return e;
    }
    s->c = curl_easy_init();
    if (!s->c)
        return err_why(a, E_INTERNAL, "No memory for a call.");
    *ret = s;
    return NULL;
}

static void authenticate(struct sftp *s, struct arena *a)
{
    curl_easy_setopt(s->c, CURLOPT_USERNAME, str_c(a, s->config.user));
    if (s->key_fd >= 0) {
        curl_easy_setopt(s->c, CURLOPT_SSH_AUTH_TYPES, (long)CURLSSH_AUTH_PUBLICKEY);
        curl_easy_setopt(s->c, CURLOPT_SSH_PRIVATE_KEYFILE,
                         str_fmt(a, "/proc/self/fd/%d", s->key_fd).p);
    } else {
        curl_easy_setopt(s->c, CURLOPT_SSH_AUTH_TYPES,
                         (long)(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
        curl_easy_setopt(s->c, CURLOPT_PASSWORD, str_c(a, s->config.password));
    }
    curl_easy_setopt(s->c, CURLOPT_SSH_HOSTKEYFUNCTION, check_key);
    curl_easy_setopt(s->c, CURLOPT_SSH_HOSTKEYDATA, s);
    curl_easy_setopt(s->c, CURLOPT_SSH_KNOWNHOSTS, NULL);
}

static struct str address(const struct sftp *s, struct arena *a, struct str path, bool folder)
{
    struct buf b = buf_new(a, HTTP_MAX_URL);
    bool home = str_starts(path, STR("~"));

    buf_fmt(&b, "sftp://%.*s:%u%s", STR_ARG(s->config.host), s->config.port, home ? "/" : "");
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("/-_.~", c))
            buf_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    if (folder && (!path.n || path.p[path.n - 1] != '/'))
        buf_char(&b, '/');
    return b.over ? STR("") : buf_str(&b);
}

/* Options are set anew for each call; the connection stays with the handle. */
static const struct err *prepare(struct sftp *s, struct arena *a, struct str path, bool folder)
{
    int64_t left = (s->config.deadline - time_mono()) / TIME_MS;

    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f)
            return err_why(a, E_BAD_INPUT, "A path with control characters cannot be asked for.");
    if (s->config.deadline && left <= 0)
        return err_why(a, E_TIMEOUT, "No time was left for %.*s.", STR_ARG(s->config.host));
    curl_easy_reset(s->c);
    s->a = a;
    s->fail = NULL;
    s->got = 0;
    s->other_key = s->refused = false;
    s->why[0] = '\0';
    curl_easy_setopt(s->c, CURLOPT_URL, str_c(a, address(s, a, path, folder)));
    curl_easy_setopt(s->c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(s->c, CURLOPT_PROTOCOLS_STR, "sftp");
    curl_easy_setopt(s->c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(s->c, CURLOPT_OPENSOCKETDATA, s);
    curl_easy_setopt(s->c, CURLOPT_PROXY, "");
    curl_easy_setopt(s->c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(s->c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->c, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(s->c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    if (s->config.deadline)
        curl_easy_setopt(s->c, CURLOPT_TIMEOUT_MS, (long)left);
    curl_easy_setopt(s->c, CURLOPT_LOW_SPEED_LIMIT, 16L);
    curl_easy_setopt(s->c, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    curl_easy_setopt(s->c, CURLOPT_ERRORBUFFER, s->why);
    curl_easy_setopt(s->c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(s->c, CURLOPT_XFERINFODATA, s);
    curl_easy_setopt(s->c, CURLOPT_NOPROGRESS, 0L);
    authenticate(s, a);
    return NULL;
}

static const struct err *failed(struct sftp *s, CURLcode code)
{
    struct str host = s->config.host;
    const char *why = s->why[0] ? s->why : curl_easy_strerror(code);

    if (s->fail)
        return s->fail;
    if (s->other_key)
        return err_why(s->a, E_UPSTREAM_AUTH,
                       "%.*s shows the host key %.*s, which is not the one in the settings. If that is "
                       "right, save this one.", STR_ARG(host), STR_ARG(s->seen_key));
    if (s->refused)
        return err_why(s->a, E_ADDRESS_REFUSED,
                       "%.*s, port %u, lies in a network or at a port that this service does not call. "
                       "The operator can allow it with RINGSIGHT_EGRESS_ALLOW.", STR_ARG(host),
                       s->config.port);
    if (code == CURLE_QUOTE_ERROR && (strstr(why, "not found") || strstr(why, "No such file")))
        code = CURLE_REMOTE_FILE_NOT_FOUND;
    switch (code) {
    case CURLE_LOGIN_DENIED:
        return err_why(s->a, E_UPSTREAM_AUTH, "%.*s refuses our user, password or key.",
                       STR_ARG(host));
    case CURLE_REMOTE_FILE_NOT_FOUND:
        return err_why(s->a, E_NOT_FOUND, "%.*s has no such file or folder.", STR_ARG(host));
    case CURLE_REMOTE_ACCESS_DENIED:
        return err_why(s->a, E_FORBIDDEN, "%.*s does not let us do that.", STR_ARG(host));
    case CURLE_OPERATION_TIMEDOUT:
        return err_why(s->a, E_TIMEOUT, "%.*s did not answer in time: %s.", STR_ARG(host), why);
    default:
        return err_why(s->a, E_UPSTREAM, "SFTP with %.*s failed: %s.", STR_ARG(host), why);
    }
}

static const struct err *perform(struct sftp *s)
{
    CURLcode code = curl_easy_perform(s->c);

    return code == CURLE_OK && !s->fail ? NULL : failed(s, code);
}

/* ---- listing ---- */

static const struct err *collect(void *list, struct str bytes)
{
    buf_add(list, bytes);
    return ((struct buf *)list)->over ? E_TOO_LARGE : NULL;
}

static void receive(struct sftp *s, http_sink *sink, void *arg, size_t max_bytes)
{
    s->sink = sink;
    s->sink_arg = arg;
    s->max_bytes = max_bytes;
    curl_easy_setopt(s->c, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(s->c, CURLOPT_WRITEDATA, s);
}

const struct err *sftp_list(struct sftp *s, struct arena *a, struct str folder,
                            void (*each)(void *ctx, const struct sftp_entry *entry), void *ctx)
{
    struct buf list = buf_new(a, LIST_MAX);
    struct str rest, line;
    const struct err *e = prepare(s, a, folder, true);

    if (e)
        return e;
    receive(s, collect, &list, SIZE_MAX);
    e = perform(s);
    if (e)
        return e;
    rest = buf_str(&list);
    while (str_split(&rest, '\n', &line)) {
        struct sftp_entry entry;
        if (sftp_line(a, line, &entry))
            each(ctx, &entry);
    }
    return NULL;
}

/* ---- files ---- */

const struct err *sftp_get(struct sftp *s, struct arena *a, struct str path, size_t max_bytes,
                           http_sink *sink, void *arg, int64_t *ret_modified)
{
    curl_off_t at = -1;
    const struct err *e = prepare(s, a, path, false);

    if (e)
        return e;
    receive(s, sink, arg, max_bytes);
    curl_easy_setopt(s->c, CURLOPT_FILETIME, 1L);
    e = perform(s);
    if (e)
        return e;
    curl_easy_getinfo(s->c, CURLINFO_FILETIME_T, &at);
    *ret_modified = at > 0 ? (int64_t)at * TIME_S : TIME_NONE;
    return NULL;
}

const struct err *sftp_put(struct sftp *s, struct arena *a, struct str path, struct str bytes)
{
    const struct err *e = prepare(s, a, path, false);

    if (e)
        return e;
    s->put = bytes;
    curl_easy_setopt(s->c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(s->c, CURLOPT_READFUNCTION, on_put);
    curl_easy_setopt(s->c, CURLOPT_READDATA, s);
    curl_easy_setopt(s->c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)bytes.n);
    return perform(s);
}

/* ---- commands ---- */

static void add_path(struct buf *b, struct str path)
{
    buf_fmt(b, " \"");
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '"' || path.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, path.p[i]);
    }
    buf_char(b, '"');
}

static const struct err *command(struct sftp *s, struct arena *a, const char *verb, struct str path,
                                 struct str to)
{
    struct curl_slist *list;
    struct buf b = buf_new(a, 3 * HTTP_MAX_URL);
    const struct err *e = prepare(s, a, path, false);

    if (!e && to.p)
        e = prepare(s, a, to, false); /* for its check of the path */
    if (!e)
        e = prepare(s, a, STR("/"), true);
    if (e)
        return e;
    buf_fmt(&b, "%s", verb);
    add_path(&b, path);
    if (to.p)
        add_path(&b, to);
    list = curl_slist_append(NULL, str_c(a, buf_str(&b)));
    if (!list)
        return err_why(a, E_INTERNAL, "No memory for a call.");
    curl_easy_setopt(s->c, CURLOPT_QUOTE, list);
    curl_easy_setopt(s->c, CURLOPT_NOBODY, 1L);
    e = perform(s);
    curl_easy_setopt(s->c, CURLOPT_QUOTE, NULL);
    curl_slist_free_all(list);
    return e;
}

const struct err *sftp_make_folder(struct sftp *s, struct arena *a, struct str path)
{
    return command(s, a, "*mkdir", path, STR_NONE); /* '*': its failure is no failure */
}

const struct err *sftp_rename(struct sftp *s, struct arena *a, struct str from, struct str to)
{
    return command(s, a, "rename", from, to);
}
