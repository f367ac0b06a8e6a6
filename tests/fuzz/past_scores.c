/* A table of past scores of any bytes. What is refused must say why; of what is taken every row names a
 * call and a rater, and its answers are claims that read again and derive to a rating. */
#include <stdlib.h>

#include "core/crypto.h"
#include "insight/calibration/inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char CARD[] =
    "{\"name\":\"Three\",\"sections\":[{\"name\":\"Only\",\"questions\":["
    "{\"key\":\"greet\",\"text\":\"Greets\",\"weight\":10},"
    "{\"key\":\"mood\",\"text\":\"Mood\",\"weight\":10,\"type\":\"scale\",\"levels\":["
    "{\"value\":\"1\",\"text\":\"Bad\",\"points\":0},{\"value\":\"2\",\"text\":\"Good\",\"points\":60}]},"
    "{\"key\":\"waits\",\"text\":\"Waits\",\"weight\":5,\"type\":\"number\",\"bands\":["
    "{\"from\":0,\"to\":30,\"points\":100}]}]}]}";

static void taken(struct arena *a, const struct past_row *row)
{
    struct conversation nothing = {.direction = STR("inbound")};
    struct score s;
    struct str body;

    if (!row->call.n || !row->rater.n || row->score_bp < -1 || row->score_bp > SCORE_POINTS)
        abort();
    if (score_derive_at(a, str_of(CARD), &nothing, row->answers, 0, &s, &body))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct past_faults faults = {0};
    struct past_row *rows;
    struct card card;
    size_t n = 0;

    crypto_init();
    if (card_parse(a, str_of(CARD), &card))
        abort();
    if (past_read(a, &card, str_n(data, size), &rows, &n, &faults)) {
        if (!faults.n || !faults.v[0].n)
            abort();
    } else {
        for (size_t i = 0; i < n; i++)
            taken(a, &rows[i]);
    }
    arena_free(a);
    return 0;
}
