/* What anybody may say, read as a value of every type, and customer fields of any bytes. A value is one of
 * its type again when it is read a second time; what is refused must say why. */
#include <stdlib.h>

#include "core/crypto.h"
#include "core/said.h"
#include "core/time.h"
#include "insight/customers/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(struct arena *a, const char *type, struct str text)
{
    struct str choices[] = {STR("Yes please"), STR("NOT_SURE")};
    struct customer_field f = {.type = str_of(type), .n_choices = 2, .choices = choices};
    struct customer_place at = {.today = time_days(2026, 11, 26), .region = STR("GB")};
    struct str v = field_value(a, &f, at, text);

    if (!v.p)
        return;
    if (!v.n)
        abort();
    if (!str_is(f.type, "text") && !field_value(a, &f, at, v).p)
        abort();
    if (str_is(f.type, "date") && !str_eq(field_value(a, &f, at, v), v))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const TYPES[] = {"text",  "number", "money",  "date",
                                        "email", "phone",  "choice", "yes_no"};
    struct arena *a = arena_new();
    struct str text = str_n(data, size);
    struct customer_fields fields;

    crypto_init();
    for (size_t i = 0; size && size <= 4096 && i < sizeof TYPES / sizeof *TYPES; i++)
        read_as(a, TYPES[i], text);
    if (size && data[0] == '[' && fields_read(a, text, 1, &fields) && !arena_why(a).n)
        abort();
    arena_free(a);
    return 0;
}
