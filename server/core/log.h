/* Log lines: one JSON object a line on standard error. Never call text, secrets or numbers of
 * customers: of a text, what stands between the first “ and the last ” is left out, so sentences that
 * repeat what others said put it there. The context (request or job id, tenant) is set once per unit of work and joins each
 * line of that thread. */
#ifndef RINGSIGHT_CORE_LOG_H
#define RINGSIGHT_CORE_LOG_H

#include "core/str.h"

enum log_level { LOG_DEBUG = 0, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_kv {
    const char *key;
    enum { LOG_KV_STR = 0, LOG_KV_INT } kind;
    struct str s;
    int64_t i;
};

#define KV(key, text) {(key), LOG_KV_STR, (text), 0}
#define KV_C(key, c) {(key), LOG_KV_STR, str_of(c), 0}
#define KV_I(key, number) {(key), LOG_KV_INT, {NULL, 0}, (int64_t)(number)}

/* LOG(LOG_INFO, "call.stored", KV("call", id), KV_I("legs", 3)); */
#define LOG(level, event, ...)                                                                     \
    log_write((level), (event), (const struct log_kv[]){__VA_ARGS__ __VA_OPT__(, ){0}})

void log_write(enum log_level level, const char *event, const struct log_kv *fields);
void log_set_level(enum log_level least);
/* Both are copied (at most 40 bytes each); STR_NONE clears. Per thread. */
void log_context(struct str id, struct str tenant);

#endif
