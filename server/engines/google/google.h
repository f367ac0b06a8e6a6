/* Speech by Google Speech-to-Text v1, synchronous: what is sent inline may be a minute long at most,
 * so a call goes out in pieces of up to 55 seconds. No bucket is needed; voices on one channel are
 * not told apart, for each piece would number them anew. */
#ifndef RINGSIGHT_ENGINES_GOOGLE_GOOGLE_H
#define RINGSIGHT_ENGINES_GOOGLE_GOOGLE_H

#include "engines/speech.h"

extern const struct speech_engine google_engine;

/* The request for a WAV file in base64, in two parts around it. */
struct google_request {
    struct str head, tail;
};
struct google_request google_request(struct arena *a, const struct speech_ask *ask);

/* A service account's file. E_BAD_INPUT says what is missing. */
struct google_account {
    struct str email, private_key, token_url;
};
const struct err *google_account_read(struct arena *a, struct str file,
                                      struct google_account *ret) MUST_USE;

/* The signed claim that is changed for an access token; `now` in seconds. */
const struct err *google_claim(struct arena *a, const struct google_account *account, int64_t now,
                               struct str *ret_jwt) MUST_USE;

struct google_heard {
    size_t n;
    struct speech_word *words; /* times in what was sent */
    struct str language;       /* code; STR_NONE: not said */
};
/* Pure, bears any bytes. E_BAD_PAYLOAD if it is no answer of this API. */
const struct err *google_parse(struct arena *a, struct str body, struct google_heard *ret) MUST_USE;

#endif
