/* A Twilio callback of any bytes: signature and parser; and any text as a recording's address. */
#include "tests/fuzz/hook_bytes.h"

#include "providers/twilio/twilio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SETTINGS "{\"auth_token\":\"12345\",\"auth_token_2\":\"67890\",\"agent_numbers\":\"+1, +2\"}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct hook h = {0};
    struct str name;

    crypto_init();
    hook_from_bytes(a, data, size, &h);
    if (json_parse(a, STR(SETTINGS), &h.settings))
        abort();
    check_hook(&twilio_provider, a, &h);
    name = twilio_recording_name(a, str_n(data, size));
    if (twilio_recording_allowed(a, name, STR("")) == NULL && !str_starts(name, STR("https://")))
        abort();
    arena_free(a);
    return 0;
}
