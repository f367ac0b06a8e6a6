/* Pairs of tokens for API clients: an access token (15 minutes) that acts as its API key does, and a refresh token
 * (30 days, good once) for the next pair. What comes from one exchange of a key is a family; who shows a refresh token
 * of it that was used before ends all of it (RFC 9700 section 4.14.2). Kept are hashes alone. */
#ifndef RINGSIGHT_PEOPLE_TOKENS_H
#define RINGSIGHT_PEOPLE_TOKENS_H

#include "http/http.h"

extern const struct feature tokens_feature;

#endif
