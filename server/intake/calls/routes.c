/* Reading calls: the list with its filters, one call with legs and recordings. */
#include "http/http.h"
#include "intake/calls/by_hand.h"
#include "intake/calls/calls.h"
#include "intake/calls/queries.h"

#define FILTERS                                                                                    \
    {"agent", FIELD_UUID, .doc = "Calls of this agent"},                                           \
    {"team", FIELD_UUID, .doc = "Calls of this team's agents"},                                    \
    {"tag", FIELD_TEXT, .max = 40, .doc = "Calls with this tag"},                                  \
    {"number", FIELD_TEXT, .max = 64, .doc = "The customer's number, as it was sent, in E.164, or as one dials it"},           \
    {"direction", FIELD_TEXT, .choices = "inbound|outbound|internal"},                             \
    {"state", FIELD_TEXT, .choices = "received|no_recording|fetching|decoding|transcribing|"      \
     "analysing|scored|not_scorable|held|failed|stored"},                                                 \
    {"from", FIELD_TIME, .doc = "Started at or after"},                                            \
    {"to", FIELD_TIME, .doc = "Started before"},                                                   \
    {"score_below", FIELD_INT, .min = 0, .max = 10000, .doc = "Basis points"},                     \
    {"breach", FIELD_BOOL, .doc = "With or without compliance breaches"},                          \
    {"recording", FIELD_BOOL, .doc = "With or without a recording"},                               \
    {"intent", FIELD_TEXT, .max = 40, .doc = "A code of GET /intents, primary or secondary"}

static const struct field list_in[] = {FILTERS, {0}};

static const struct route routes[] = {
    {GET, "/calls", CALLS_READ, list_in, .sql = SQL_CALLS_LIST, .doc = "Calls, newest first"},
    {GET, "/calls/summary", CALLS_READ, list_in, .sql = SQL_CALLS_SUMMARY,
     .doc = "How many calls the same filters match"},
    {GET, "/calls/{call}", CALLS_READ, .sql = SQL_CALL_GET,
     .doc = "One call with its legs and recordings"},
    {POST, "/calls", CALLS_WRITE, by_hand_fields, .run = by_hand_add, .out = "created",
     .creates = CREATES, .doc = "Log a call that no phone system told of"},
    {GET, "/calls/{call}/notes", CALLS_READ, .sql = SQL_CALL_NOTES, .doc = "Notes, oldest first"},
    {POST, "/calls/{call}/notes", CALLS_WRITE, note_fields, .run = note_add, .out = "created",
     .creates = CREATES, .doc = "Write a note"},
    {DELETE, "/calls/{call}/notes/{note}", CALLS_WRITE, .sql = SQL_CALL_NOTE_GONE,
     .doc = "Remove a note of one's own"},
    {0},
};

#define NULLABLE(type) "{\"type\":[\"" type "\",\"null\"]}"

static const struct schema schemas[] = {
    {"strings", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"},
    {"linked_calls",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"integration_name\","
     "\"provider\",\"started_at\",\"duration_s\",\"has_recording\"],\"properties\":{\"id\":{\"type\":"
     "\"string\"},\"integration_name\":{\"type\":\"string\"},\"provider\":{\"type\":\"string\"},"
     "\"started_at\":{\"type\":\"string\"},\"duration_s\":" NULLABLE("integer") ","
     "\"has_recording\":{\"type\":\"boolean\"}}}}"},
    {"call_legs",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"from_number\",\"to_number\","
     "\"agent_name\",\"action\",\"disposition\",\"started_at\",\"answered_at\",\"ended_at\",\"talk_s\"],"
     "\"properties\":{\"id\":{\"type\":\"integer\"},\"from_number\":{\"type\":\"string\"},"
     "\"to_number\":{\"type\":\"string\"},\"agent_name\":" NULLABLE("string") ","
     "\"action\":{\"type\":\"string\"},\"disposition\":{\"type\":\"string\"},"
     "\"started_at\":" NULLABLE("string") ",\"answered_at\":" NULLABLE("string") ","
     "\"ended_at\":" NULLABLE("string") ",\"talk_s\":" NULLABLE("integer") "}}}"},
    {"recordings",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"state\",\"reason\","
     "\"duration_ms\",\"channels\",\"codec\",\"bytes\",\"same_channels\",\"truncated\",\"peaks_ready\","
     "\"has_audio\",\"plays\",\"sha256\",\"original_kept\",\"original_gone_at\",\"opus_bytes\","
     "\"opus_at\",\"opus_reason\"],\"properties\":{\"id\":{\"type\":\"string\"},"
     "\"state\":{\"enum\":[\"waiting\",\"fetched\",\"ready\",\"failed\",\"missing\",\"skipped\"]},"
     "\"reason\":" NULLABLE("string") ",\"duration_ms\":" NULLABLE("integer") ","
     "\"channels\":" NULLABLE("integer") ",\"codec\":" NULLABLE("string") ","
     "\"bytes\":" NULLABLE("integer") ",\"same_channels\":" NULLABLE("boolean") ","
     "\"truncated\":{\"type\":\"boolean\"},\"peaks_ready\":{\"type\":\"boolean\"},"
     "\"has_audio\":{\"type\":\"boolean\"},"
     "\"plays\":{\"type\":\"boolean\",\"description\":\"Whether browsers play what is served\"},"
     "\"sha256\":{\"type\":[\"string\",\"null\"],\"description\":\"Of the original's bytes, also once it "
     "is gone\"},\"original_kept\":{\"type\":\"boolean\"},\"original_gone_at\":" NULLABLE("string") ","
     "\"opus_bytes\":{\"type\":[\"integer\",\"null\"],\"description\":\"Size of the sound as Opus, where there "
     "is such a file\"},\"opus_at\":" NULLABLE("string") ",\"opus_reason\":" NULLABLE("string") "}}}"},
    {0},
};

const struct feature calls_feature = {
    .name = "calls", .doc = "Calls with their legs and recordings.", .routes = routes,
    .schemas = schemas,
};
