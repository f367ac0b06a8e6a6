/* Check digits. Pure; called by the finders and by tests. */
#include <string.h>

#include "insight/sensitive/sensitive.h"

bool sensitive_luhn(struct str digits)
{
    int sum = 0;

    for (size_t i = 0; i < digits.n; i++) {
        int d = digits.p[digits.n - 1 - i] - '0';

        if (d < 0 || d > 9)
            return false;
        if (i % 2)
            d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return digits.n > 1 && sum % 10 == 0;
}

/* The dihedral group of order ten, and the permutation of place i applied to the digit. */
static const uint8_t TIMES[10][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
static const uint8_t PLACE[8][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

bool sensitive_verhoeff(struct str digits)
{
    unsigned c = 0;

    for (size_t i = 0; i < digits.n; i++) {
        int d = digits.p[digits.n - 1 - i] - '0';

        if (d < 0 || d > 9)
            return false;
        c = TIMES[c][PLACE[i % 8][d]];
    }
    return digits.n > 1 && c == 0;
}

/* Lengths of the IBAN registry (SWIFT, release 97). */
static const char LENGTHS[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27"
    "GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27"
    "MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23"
    "TN24TR26UA29VA22VG24XK20";

static size_t length_of(struct str code)
{
    for (size_t i = 0; i + 4 < sizeof LENGTHS; i += 4)
        if (LENGTHS[i] == code.p[0] && LENGTHS[i + 1] == code.p[1])
            return (size_t)((LENGTHS[i + 2] - '0') * 10 + LENGTHS[i + 3] - '0');
    return 0;
}

bool sensitive_iban(struct str code)
{
    unsigned rest = 0;

    if (code.n < 15 || length_of(code) != code.n)
        return false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[(i + 4) % code.n];

        if (c >= '0' && c <= '9')
            rest = (rest * 10 + (unsigned)(c - '0')) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
        else
            return false;
    }
    return rest == 1;
}
