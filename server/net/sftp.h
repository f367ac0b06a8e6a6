/* A folder on somebody's SFTP server, over libcurl: one connection for as long as the session lives,
 * its host key pinned, its address judged by the guard (use "sftp", port 22 included). Calls block:
 * only for jobs. */
#ifndef RINGSIGHT_NET_SFTP_H
#define RINGSIGHT_NET_SFTP_H

#include "net/http_out.h"

struct sftp_config {
    const struct http_client *http; /* whose allowances count */
    struct str host;
    unsigned port;
    struct str user;
    struct str password;    /* one of the two */
    struct str private_key; /* the text of an OpenSSH or PEM file without passphrase */
    struct str host_key;    /* "SHA256:<43 characters>" as ssh-keygen -l prints it */
    int64_t deadline;       /* time_mono scale: of the whole session */
    bool (*cancelled)(void *arg);
    void *cancelled_arg;
};

struct sftp;

/* No call goes out yet. Lives in the arena, which closes the connection. E_BAD_INPUT for what can be
 * no server or key. */
const struct err *sftp_open(struct arena *a, const struct sftp_config *config,
                            struct sftp **ret) MUST_USE;

/* All of them: E_UPSTREAM_AUTH when the host shows another key (its own is in the sentence) or
 * refuses ours; E_NOT_FOUND; E_ADDRESS_REFUSED; E_UPSTREAM, E_TIMEOUT, E_LOST. Paths are absolute or
 * begin with "~/"; none may hold control characters. */

struct sftp_entry {
    struct str name;
    uint64_t size;
    struct str stamp; /* the server's words for the time of change: to be compared, not read */
    bool folder;
};

/* Tells what a folder holds: files and folders, neither links nor names with a dot in front. */
const struct err *sftp_list(struct sftp *s, struct arena *a, struct str folder,
                            void (*each)(void *ctx, const struct sftp_entry *entry),
                            void *ctx) MUST_USE;
/* The bytes of a file to the sink; more than max_bytes are E_TOO_LARGE. *ret_modified is the time of
 * change, TIME_NONE where the server does not tell. */
const struct err *sftp_get(struct sftp *s, struct arena *a, struct str path, size_t max_bytes,
                           http_sink *sink, void *arg, int64_t *ret_modified) MUST_USE;
/* Writes a small file. */
const struct err *sftp_put(struct sftp *s, struct arena *a, struct str path,
                           struct str bytes) MUST_USE;
/* Makes a folder; that it is there already is no error. */
const struct err *sftp_make_folder(struct sftp *s, struct arena *a, struct str path) MUST_USE;
const struct err *sftp_rename(struct sftp *s, struct arena *a, struct str from,
                              struct str to) MUST_USE;

/* Of this folder and its tests: one line of a listing as servers write it ("-rw-r--r-- 1 u g 12 Nov 26
 * 17:12 name"); false for what is neither file nor folder, or has a dot in front. */
bool sftp_line(struct arena *a, struct str line, struct sftp_entry *ret);

#endif
