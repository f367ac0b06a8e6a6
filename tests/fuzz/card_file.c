/* A scorecard's file of any bytes: first line the format, the rest the file. What is refused must
 * say why; a card that is taken must survive every format unchanged. */
#include <stdlib.h>

#include "core/crypto.h"
#include "insight/scorecards/files.h"
#include "insight/scores/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void survives(struct arena *a, struct str body, struct str format)
{
    struct card_file f;
    struct str back;
    struct card card;

    if (file_write(a, format, body, &f))
        return; /* a text that YAML cannot hold */
    if (file_read(a, format, f.bytes, &back) || card_parse(a, back, &card))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), format = STR(""), body;
    struct card card;

    crypto_init();
    str_split(&rest, '\n', &format);
    if (!str_is(format, "csv") && !str_is(format, "yaml"))
        format = STR("json");
    if (file_read(a, format, rest, &body)) {
        if (!arena_why(a).n)
            abort();
    } else if (!card_parse(a, body, &card)) {
        survives(a, body, STR("yaml"));
        survives(a, body, STR("csv"));
    } else if (!arena_why(a).n) {
        abort();
    }
    arena_free(a);
    return 0;
}
