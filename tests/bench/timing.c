/* Whether a provider's check of a secret takes longer the more of it is right (TRUST.md W8): wrong in
 * the first byte against wrong in the last, in random turns, compared by Welch's t-test after dudect
 * (Reparaz and others, 2017). Usage: timing [samples], 1,000,000 by default. |t| above 4.5 is a leak. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/crypto.h"
#include "core/time.h"
#include "providers/provider.h"

#define LEAK 4.5
#define NOW (INT64_C(1800000000) * TIME_S)
#define CROP 0.9 /* what the scheduler interrupted says nothing */

struct scheme {
    const char *provider, *settings;
    struct hook wrong[2]; /* in its first byte, in its last */
};

static struct str flipped(struct arena *a, struct str s, size_t at)
{
    struct str copy = str_dup(a, s);

    ((char *)(uintptr_t)copy.p)[at] = copy.p[at] == 'A' ? 'B' : 'A';
    return copy;
}

static struct str basic(struct arena *a, struct str password)
{
    struct str pair = str_fmt(a, "pbx:%.*s", STR_ARG(password));

    return str_fmt(a, "Authorization: Basic %.*s\r\n", STR_ARG(crypto_base64(a, pair)));
}

static struct str header_of(struct arena *a, const char *provider, struct str secret)
{
    if (strcmp(provider, "ucm") == 0 || strcmp(provider, "asterisk") == 0)
        return basic(a, secret);
    if (strcmp(provider, "3cx") == 0)
        return str_fmt(a, "Authorization: Bearer %.*s\r\n", STR_ARG(secret));
    if (strcmp(provider, "twilio") == 0)
        return str_fmt(a, "X-Twilio-Signature: %.*s\r\n", STR_ARG(secret));
    return str_fmt(a, "webhook-id: msg_1\r\nwebhook-timestamp: 1800000000\r\n"
                      "webhook-signature: v1,%.*s\r\n", STR_ARG(secret));
}

/* What a right sender would send. */
static struct str right_of(struct arena *a, const char *provider, struct str url)
{
    if (strcmp(provider, "twilio") == 0)
        return crypto_hmac_sha1_base64(a, STR("correct horse battery staple 012"), url);
    if (strcmp(provider, "generic") == 0) {
        struct hash mac = crypto_hmac_sha256(STR("0123456789abcdef0123456789abcdef"),
                                             STR("msg_1.1800000000.{}"));
        return crypto_base64(a, str_n(mac.b, sizeof mac.b));
    }
    return STR("correct horse battery staple 012");
}

static void prepare(struct arena *a, struct scheme *s, bool *ret_sound)
{
    const struct provider *p = provider_find(str_of(s->provider));
    struct str url = STR("https://calls.example.test/hooks/x/y");
    struct str right = right_of(a, s->provider, url);
    const struct json *settings;
    struct hook h = {.method = STR("POST"), .query = STR(""), .body = STR("{}"), .url = url, .now = NOW};
    /* In base64 the last sign before "=" carries bits that are not read; the one before does not. */
    size_t last = right.p[right.n - 1] == '=' ? right.n - 3 : right.n - 1;

    if (!p || json_parse(a, str_of(s->settings), &settings))
        abort();
    if (strcmp(s->provider, "twilio") == 0)
        h.body = STR("");
    h.settings = settings;
    h.headers = header_of(a, s->provider, right);
    *ret_sound = p->verify(a, &h) == NULL;
    for (int i = 0; i < 2; i++) {
        s->wrong[i] = h;
        s->wrong[i].headers = header_of(a, s->provider, flipped(a, right, i ? last : 0));
        *ret_sound = *ret_sound && p->verify(a, &s->wrong[i]) != NULL;
    }
}

static double nanoseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

struct sums {
    double n, mean, m2;
};

static void add(struct sums *s, double x)
{
    double delta = x - s->mean;

    s->n += 1;
    s->mean += delta / s->n;
    s->m2 += delta * (x - s->mean);
}

static double t_of(const double *v, const unsigned char *kind, size_t n, double most)
{
    struct sums s[2] = {{0}};

    for (size_t i = 0; i < n; i++)
        if (v[i] <= most)
            add(&s[kind[i]], v[i]);
    return (s[0].mean - s[1].mean) /
           sqrt(s[0].m2 / (s[0].n - 1) / s[0].n + s[1].m2 / (s[1].n - 1) / s[1].n);
}

/* What leaks must be found, or finding nothing says nothing: a comparison that stops at the first
 * difference. */
static bool found_in_naive_comparison(size_t n)
{
    struct arena *a = arena_new();
    double *v = ARENA_ARRAY(a, n, double), t;
    unsigned char *kind = ARENA_ARRAY(a, n, unsigned char);
    const char *right = "correct horse battery staple 0123456789";
    char place[64];

    crypto_random(kind, n);
    for (size_t i = 0; i < n; i++) {
        volatile size_t k = 0;
        double began;
        kind[i] &= 1;
        memcpy(place, right, strlen(right) + 1);
        place[kind[i] ? strlen(right) - 1 : 0] ^= 1;
        began = nanoseconds();
        while (right[k] && right[k] == place[k])
            k++;
        v[i] = nanoseconds() - began;
    }
    t = t_of(v, kind, n, 10000);
    printf("%s W8 control, a comparison that leaks: t = %.2f\n", fabs(t) > LEAK ? "ok" : "not ok", t);
    arena_free(a);
    return fabs(t) > LEAK;
}

static bool measure(struct scheme *s, size_t n)
{
    struct arena *long_lived = arena_new();
    double *v = ARENA_ARRAY(long_lived, n, double), *sorted = ARENA_ARRAY(long_lived, n, double), t;
    unsigned char *kind = ARENA_ARRAY(long_lived, n, unsigned char);
    const struct provider *p = provider_find(str_of(s->provider));
    struct hook h;
    char *place;
    bool sound;

    prepare(long_lived, s, &sound);
    if (!sound) {
        printf("not ok %s: the right secret is refused or a wrong one taken\n", s->provider);
        return false;
    }
    crypto_random(kind, n);
    h = s->wrong[0];
    place = arena_alloc(long_lived, h.headers.n + 1);
    h.headers.p = place;
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new();
        double began;
        kind[i] &= 1;
        /* Both from one place: where bytes lie shows in the time, too. */
        memcpy(place, s->wrong[kind[i]].headers.p, s->wrong[0].headers.n);
        began = nanoseconds();
        if (!p->verify(a, &h))
            abort();
        v[i] = nanoseconds() - began;
        arena_free(a);
    }
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, by_size);
    t = t_of(v, kind, n, sorted[(size_t)((double)n * CROP)]);
    printf("%s W8 %s: t = %.2f over %zu samples, median %.0f ns (|t| <= %.1f)\n",
           fabs(t) <= LEAK ? "ok" : "not ok", s->provider, t, n, sorted[n / 2], LEAK);
    arena_free(long_lived);
    return fabs(t) <= LEAK;
}

int main(int argc, char **argv)
{
    static struct scheme schemes[] = {
        {.provider = "generic",
         .settings = "{\"secret\":\"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"}"},
        {.provider = "ucm", .settings = "{\"hook_username\":\"pbx\",\"hook_password\":"
                                        "\"correct horse battery staple 012\"}"},
        {.provider = "asterisk", .settings = "{\"hook_username\":\"pbx\",\"hook_password\":"
                                             "\"correct horse battery staple 012\"}"},
        {.provider = "3cx", .settings = "{\"template_key\":\"correct horse battery staple 012\"}"},
        {.provider = "twilio", .settings = "{\"auth_token\":\"correct horse battery staple 012\"}"},
    };
    long samples = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    bool good;

    crypto_init();
    good = found_in_naive_comparison(100000);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        good = measure(&schemes[i], samples > 1000 ? (size_t)samples : 1000) && good;
    return good ? 0 : 1;
}
