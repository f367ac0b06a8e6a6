/* What in a conversation nobody but few should read or hear: numbers of cards and accounts, identity
 * numbers, addresses, as digits or spoken. Pure: words with times in, spans of words out; neither
 * database nor clock. Bounded in time by the number of words. */
#ifndef RINGSIGHT_INSIGHT_SENSITIVE_H
#define RINGSIGHT_INSIGHT_SENSITIVE_H

#include "engines/language.h"

/* In order of precedence: where two kinds claim a word, the earlier has it. The names are stored,
 * shown, and stand in transcripts as "[card-number]". */
#define SENSITIVE_KINDS(X)                                                                         \
    X(CARD_NUMBER, "card-number", "Card number")                                                   \
    X(CARD_CODE, "card-code", "Card security code")                                                \
    X(CARD_EXPIRY, "card-expiry", "Card expiry date")                                              \
    X(IBAN, "iban", "IBAN")                                                                        \
    X(SSN, "ssn", "US social security number")                                                     \
    X(NINO, "nino", "UK National Insurance number")                                                \
    X(AADHAAR, "aadhaar", "Aadhaar number")                                                        \
    X(PAN, "pan", "Indian tax number (PAN)")                                                       \
    X(BANK_ACCOUNT, "bank-account", "Bank account or sort code")                                   \
    X(BIRTH_DATE, "birth-date", "Date of birth")                                                   \
    X(EMAIL, "email", "E-mail address")                                                            \
    X(PHONE, "phone", "Phone number")

enum sensitive_kind {
#define X(name, text, title) SENSITIVE_##name,
    SENSITIVE_KINDS(X)
#undef X
    SENSITIVE_COUNT
};

/* Bits by enum sensitive_kind. */
#define SENSITIVE_ALL ((1u << SENSITIVE_COUNT) - 1)

const char *sensitive_name(enum sensitive_kind k);  /* "card-number" */
const char *sensitive_title(enum sensitive_kind k); /* "Card number" */

struct sensitive_place {
    struct span at; /* of one turn */
    enum sensitive_kind kind;
};

/* All places of these kinds, in order of turn and word, none overlapping another. A number that goes
 * on over turns has a place in each. They live in the arena. */
struct sensitive_place *sensitive_find(struct arena *a, const struct conversation *c,
                                       unsigned kinds, size_t *ret_n);

/* Digit strings without anything between. Luhn: ISO/IEC 7812-1 annex B. Verhoeff: J. Verhoeff, Error
 * Detecting Decimal Codes, 1969, as UIDAI uses it. IBAN: ISO 13616, letters in upper case, with the
 * length of its country. */
bool sensitive_luhn(struct str digits);
bool sensitive_verhoeff(struct str digits);
bool sensitive_iban(struct str code);

#endif
