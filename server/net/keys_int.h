/* What keys.c and keys_rotate.c share. */
#ifndef RINGSIGHT_NET_KEYS_INT_H
#define RINGSIGHT_NET_KEYS_INT_H

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "net/keys.h"

#define KEYS_MASTER "master.key"
#define KEYS_PREVIOUS "master.previous" /* while the master key is being changed */
#define KEYS_SERVICE "service.key"
#define KEYS_SERVICE_ABOUT STR("service-key")
#define KEYS_MAGIC "RSK1"
#define KEYS_WRAPPED (4u + 24u + CRYPTO_KEY + 16u)
#define KEYS_CACHED 64

/* What tells a file from another one of the same name. */
struct file_mark {
    dev_t dev;
    ino_t ino;
    struct timespec changed;
};

struct cached {
    struct uuid tenant;
    struct file_mark mark;
    uint64_t used; /* counter of the last load, 0: free */
    struct key key;
};

struct keys {
    int folder, tenants;
    bool by_file; /* the master key is the file, else a command told it */
    pthread_mutex_t lock;
    struct key master, previous;
    bool has_previous;
    struct file_mark mark; /* of the file of the master key */
    struct key service;
    uint64_t loads;
    struct cached cache[KEYS_CACHED];
};

/* A key file as read. */
struct key_file {
    size_t n; /* the length it must have, at most KEYS_WRAPPED */
    char bytes[KEYS_WRAPPED];
    struct stat st;
};

/* Reads a small file that only we may read. E_NOT_FOUND if missing. */
const struct err *keys_read(struct arena *a, int dir, const char *name, struct key_file *f) MUST_USE;
/* The master keys as the files have them now. */
const struct err *keys_masters(struct keys *k, struct arena *a) MUST_USE;
/* Held while a wrapped key is made or destroyed (shared) or all are wrapped anew (alone), until the caller
 * closes it. */
const struct err *keys_hold(struct keys *k, struct arena *a, bool alone, int *ret_fd) MUST_USE;

struct str keys_about(struct arena *a, struct uuid tenant);
/* "RSK1" and the sealed key. */
struct str keys_wrap(struct arena *a, const struct key *master, struct str about, const struct key *key);
bool keys_opens(struct arena *a, const struct key *master, struct str about, struct str file, struct key *ret);

#endif
