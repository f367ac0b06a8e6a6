/* Secrets that prove hooks, for every phone system alike: an empty one proves nothing (d1-03), and what
 * one proves the other does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "core/json.h"
#include "core/time.h"
#include "providers/provider.h"

/* What a sender may try whose phone system has an empty secret, or none. */
static struct str attempts(struct arena *a, int i)
{
    struct hash mac = crypto_hmac_sha256(STR(""), STR("m.1800000000.{}"));
    struct str empty = crypto_base64(a, str_n(mac.b, sizeof mac.b));

    switch (i) {
    case 0:
        return STR("");
    case 1:
        return STR("Authorization: Basic cGJ4Og==\r\n"); /* pbx: */
    case 2:
        return STR("Authorization: Basic Og==\r\n"); /* : */
    case 3:
        return STR("Authorization: Bearer \r\n");
    case 4:
        return STR("Authorization: \r\nX-Twilio-Signature: \r\n");
    case 5:
        return str_fmt(a, "X-Twilio-Signature: %.*s\r\n",
                       STR_ARG(crypto_hmac_sha1_base64(a, STR(""), STR("https://x.test/y"))));
    default:
        return str_fmt(a, "webhook-id: m\r\nwebhook-timestamp: 1800000000\r\nwebhook-signature: v1,%.*s\r\n",
                       STR_ARG(empty));
    }
}

static void an_empty_secret_never_verifies(void **state)
{
    size_t looked_at = 0;

    (void)state;
    for (const struct provider *const *p = providers; *p; p++) {
        for (const struct provider_setting *s = (*p)->settings; s && s->name; s++) {
            if (!s->rotates)
                continue;
            for (int i = 0; i < 7; i++) {
                struct arena *a = arena_new();
                struct hook h = {.method = STR("POST"), .query = STR(""), .body = STR("{}"),
                                 .url = STR("https://x.test/y"), .headers = attempts(a, i),
                                 .now = INT64_C(1800000000) * TIME_S};
                struct str text = str_fmt(a, "{\"hook_username\":\"pbx\",\"%s\":\"\"}", s->name);
                assert_null(json_parse(a, text, &h.settings));
                if (!(*p)->verify(a, &h))
                    fail_msg("%s takes attempt %d with an empty %s", (*p)->slug, i, s->name);
                arena_free(a);
            }
            looked_at++;
        }
    }
    assert_true(looked_at >= 5);
}

/* Whoever verifies hooks by a secret can change it while hooks come in. */
static void every_secret_that_proves_hooks_can_be_rotated(void **state)
{
    (void)state;
    for (const struct provider *const *p = providers; *p; p++) {
        bool rotates = false;
        for (const struct provider_setting *s = (*p)->settings; s && s->name; s++) {
            rotates = rotates || s->rotates;
            assert_true(!s->rotates || s->kind == SETTING_SECRET);
        }
        if ((*p)->verify && !rotates)
            fail_msg("%s verifies hooks by something that cannot be rotated", (*p)->slug);
    }
}

const struct CMUnitTest secrets_tests[] = {
    cmocka_unit_test(an_empty_secret_never_verifies),
    cmocka_unit_test(every_secret_that_proves_hooks_can_be_rotated),
};
const size_t n_secrets_tests = sizeof secrets_tests / sizeof *secrets_tests;
