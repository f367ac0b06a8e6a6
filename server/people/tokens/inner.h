/* What the files of tokens/ share. */
#ifndef RINGSIGHT_PEOPLE_TOKENS_INNER_H
#define RINGSIGHT_PEOPLE_TOKENS_INNER_H

#include "http/http.h"
#include "jobs/jobs.h"

#define TOKEN_ACCESS_S (15 * 60)
#define TOKEN_REFRESH_S (30 * 24 * 3600)
#define TOKEN_GRACE_S 10      /* how long a client whose answer was lost may ask once more */
#define TOKEN_FAMILIES_MAX 100 /* in use of one key */
#define TOKENS_REUSED "tokens.reused"

struct token_pair {
    struct str access, refresh; /* "rs_at_" and "rs_rt_" with 43 characters each */
    struct hash access_hash, refresh_hash;
    int64_t access_until, refresh_until;
};

/* A family's first pair: 256 random bits each. */
void token_first(struct arena *a, struct token_pair *ret);
/* The pair that follows on a refresh token: by HMAC-SHA256 under a key of the service, over family, generation and
 * token, so that the same question gets the same answer while only hashes are kept. */
void token_next(struct arena *a, struct uuid family, int64_t generation, struct str refresh, struct token_pair *ret);

extern const struct job_kind tokens_jobs[];

#endif
