/* Reading Upload-Metadata. Called when an upload is created. Pure: no database, no clock. */
#include "intake/uploads/metadata.h"

#include "core/crypto.h"

#define KEYS_MAX 32

static struct str *place_of(struct metadata *m, struct str key)
{
    const struct {
        const char *key;
        struct str *place;
    } places[] = {
        {"filename", &m->filename},     {"filetype", &m->filetype}, {"agent", &m->agent},
        {"direction", &m->direction},   {"number", &m->number},     {"sha256", &m->sha256},
        {"started_at", &m->started_at}, {"again", &m->again},       {"analyse", &m->analyse},
        {"agent_note", &m->agent_note}, {"call", &m->call},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (str_is(key, places[i].key))
            return places[i].place;
    return NULL;
}

/* "ASCII without spaces and commas", not empty. */
static bool key_fits(struct str key)
{
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] <= ' ' || key.p[i] > '~')
            return false;
    return key.n > 0;
}

static const struct err *one(struct arena *a, struct str pair, struct str *ret_key,
                             struct str *ret_value)
{
    ptrdiff_t blank = str_find(pair, STR(" "), 0);
    struct str text = STR("");

    *ret_key = blank < 0 ? pair : str_sub(pair, 0, (size_t)blank);
    if (blank >= 0)
        text = str_trim(str_sub(pair, (size_t)blank, pair.n));
    if (!key_fits(*ret_key))
        return err_why(a, E_BAD_REQUEST, "Upload-Metadata: a pair has no proper key.");
    if (!crypto_unbase64(a, text, ret_value))
        return err_why(a, E_BAD_REQUEST, "Upload-Metadata: %.*s is not in Base64.",
                       STR_ARG(str_sub(*ret_key, 0, 60)));
    if (!str_utf8(*ret_value))
        return err_why(a, E_BAD_REQUEST, "Upload-Metadata: %.*s is no UTF-8 text.",
                       STR_ARG(str_sub(*ret_key, 0, 60)));
    return NULL;
}

static bool known(const struct str *keys, size_t n, struct str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(keys[i], key))
            return true;
    return false;
}

const struct err *metadata_parse(struct arena *a, struct str header, struct metadata *ret)
{
    struct str rest = str_trim(header), pair, key, value, keys[KEYS_MAX];
    size_t n = 0;

    *ret = (struct metadata){{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (!rest.n)
        return NULL;
    if (rest.n > METADATA_MAX)
        return err_why(a, E_BAD_REQUEST, "Upload-Metadata: at most %d bytes.", METADATA_MAX);
    while (str_split(&rest, ',', &pair)) {
        const struct err *e = one(a, str_trim(pair), &key, &value);
        struct str *place;
        if (e)
            return e;
        if (n == KEYS_MAX || known(keys, n, key))
            return err_why(a, E_BAD_REQUEST, "Upload-Metadata: a key stands twice, or there are "
                           "too many.");
        keys[n++] = key;
        place = place_of(ret, key);
        if (place && str_trim(value).n)
            *place = str_trim(value);
    }
    return NULL;
}
