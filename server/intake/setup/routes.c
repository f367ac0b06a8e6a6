/* The routes around an integration's settings, and their schemas. */
#include "intake/setup/queries.h"
#include "intake/setup/setup.h"

static const struct route routes[] = {
    {GET, "/integrations/{integration}/map", INTEGRATIONS_READ, .run = map_show, .out = "field_map",
     .doc = "The field map of an integration, the fields it can fill in, and its earlier versions"},
    {PUT, "/integrations/{integration}/map", INTEGRATIONS_WRITE, map_save_in, .run = map_save,
     .out = "field_map", .doc = "Save the field map; needs If-Match with the integration's version"},
    {POST, "/integrations/{integration}/map/preview", INTEGRATIONS_READ, map_preview_in,
     .run = map_preview, .out = "map_preview",
     .doc = "Run a map on a stored delivery: what each field becomes, or what is wrong with it"},
    {GET, "/integrations/{integration}/guide", INTEGRATIONS_READ, .run = guide_show, .out = "guide",
     .doc = "How to set up this phone system, as Markdown; {{hook_url}} stands for the address"},
    {GET, "/integrations/{integration}/clock", INTEGRATIONS_READ, .run = clock_show, .out = "clock",
     .doc = "Whether the times in recent records fit their arrival, and which zone would"},
    {GET, "/integrations/{integration}/network", INTEGRATIONS_READ, .run = network_show,
     .out = "network",
     .doc = "Addresses this server calls from, and inner networks it may call for this system"},
    {GET, "/integrations/{integration}/recordings", INTEGRATIONS_READ, .sql = SQL_SETUP_RECORDINGS,
     .doc = "Calls of the last seven days beside their recordings: heard, waiting, lost, and never told of"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_NULL "{\"type\":[\"string\",\"null\"]}"
#define INT "{\"type\":\"integer\"}"
#define YES "{\"type\":\"boolean\"}"
#define LIST(of) "{\"type\":\"array\",\"items\":" of "}"
/* A map is checked by its own reader; here it is any object. */
#define ANY "{\"type\":[\"object\",\"null\"],\"additionalProperties\":true}"

static const struct schema schemas[] = {
    {"field_map",
     "{\"type\":\"object\",\"required\":[\"version\",\"zone\",\"map\",\"fields\",\"history\"],"
     "\"properties\":{\"version\":" INT ",\"zone\":" TEXT ",\"map\":" ANY ",\"fields\":" LIST(
     "{\"type\":\"object\",\"required\":[\"name\",\"kind\",\"required\"],\"properties\":{\"name\":" TEXT
     ",\"kind\":{\"enum\":[\"text\",\"time\",\"seconds\",\"direction\",\"disposition\"]},\"required\":" YES
     "}}") ",\"history\":" LIST(
     "{\"type\":\"object\",\"required\":[\"version\",\"map\",\"by_name\",\"created_at\"],\"properties\":{"
     "\"version\":" INT ",\"map\":" ANY ",\"by_name\":" TEXT ",\"created_at\":" TEXT "}}") "}}"},
    {"map_preview",
     "{\"type\":\"object\",\"required\":[\"delivery_id\",\"received_at\",\"fault\",\"result\"],"
     "\"properties\":{\"delivery_id\":" TEXT ",\"received_at\":" TEXT ",\"fault\":" TEXT_NULL
     ",\"result\":{\"type\":\"object\",\"required\":[\"why\",\"sent\",\"calls\",\"events\"],"
     "\"properties\":{\"why\":" TEXT_NULL ",\"events\":" INT ",\"sent\":" LIST(
     "{\"type\":\"object\",\"required\":[\"name\",\"value\"],\"properties\":{\"name\":" TEXT
     ",\"value\":" TEXT "}}") ",\"calls\":" LIST(
     "{\"type\":\"object\",\"required\":[\"left_out\",\"why\",\"cells\"],\"properties\":{\"left_out\":" YES
     ",\"why\":" TEXT_NULL ",\"cells\":" LIST(
     "{\"type\":\"object\",\"required\":[\"field\",\"value\",\"why\"],\"properties\":{\"field\":" TEXT
     ",\"value\":" TEXT_NULL ",\"why\":" TEXT_NULL "}}") "}}") "}}}}"},
    {"guide",
     "{\"type\":\"object\",\"required\":[\"title\",\"text\",\"hook_hint\"],\"properties\":{\"title\":" TEXT
     ",\"text\":" TEXT ",\"hook_hint\":" TEXT_NULL "}}"},
    {"clock",
     "{\"type\":\"object\",\"required\":[\"state\",\"text\",\"records\",\"shift_s\",\"zone\",\"better\","
     "\"sure\",\"setting\"],\"properties\":{\"state\":{\"enum\":[\"unknown\",\"fine\",\"zone\",\"wrong\"]},"
     "\"text\":" TEXT ",\"records\":" INT ",\"shift_s\":" INT ",\"zone\":" TEXT ",\"better\":" TEXT_NULL
     ",\"sure\":" YES ",\"setting\":" TEXT_NULL "}}"},
    {"network",
     "{\"type\":\"object\",\"required\":[\"outgoing\",\"use\",\"allowed\"],\"properties\":{\"outgoing\":"
     LIST(TEXT) ",\"use\":" TEXT ",\"allowed\":" LIST(TEXT) "}}"},
    {0},
};

const struct feature setup_feature = {
    .name = "setup", .doc = "Guides, field maps, clocks and networks of integrations.",
    .routes = routes, .schemas = schemas,
};
