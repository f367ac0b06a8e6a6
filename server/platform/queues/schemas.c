/* What the operator's routes answer. */
#include "platform/queues/inner.h"

#define TEXT "{\"type\":\"string\"}"
#define MAYBE_TEXT "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"
#define MAYBE_NUMBER "{\"type\":[\"integer\",\"null\"]}"
#define YES_NO "{\"type\":\"boolean\"}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define MAYBE_TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define ITEMS(required, properties)                                                                \
    "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[" required         \
    "],\"properties\":{" properties "}}}"
#define LIST(required, properties)                                                                 \
    "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{" ITEMS(required, properties) "}}"
#define PAGES(required, properties)                                                                \
    "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{"                      \
    ITEMS(required, properties) ",\"next\":" MAYBE_TEXT "}}"

const struct schema queues_schemas[] = {
    {"queues",
     "{\"type\":\"object\",\"required\":[\"healthy\",\"problems\",\"workers\",\"slots\",\"running\","
     "\"redis\",\"oldest_at\",\"last_done_at\",\"drift\",\"kinds\"],\"properties\":{\"healthy\":" YES_NO
     ",\"problems\":{\"type\":\"array\",\"items\":" TEXT "},\"workers\":" NUMBER ",\"slots\":" NUMBER
     ",\"running\":" NUMBER ",\"redis\":{\"enum\":[\"in use\",\"partly\",\"away\"]},\"oldest_at\":"
     MAYBE_TIME ",\"last_done_at\":" MAYBE_TIME ",\"drift\":" NUMBER ",\"kinds\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"blocked\",\"waiting\",\"later\","
     "\"running\",\"dead\",\"oldest_at\",\"done_minute\",\"done_hour\",\"average_s\",\"paused\"],"
     "\"properties\":{\"kind\":" TEXT ",\"blocked\":" NUMBER ",\"waiting\":" NUMBER ",\"later\":" NUMBER
     ",\"running\":" NUMBER ",\"dead\":" NUMBER ",\"oldest_at\":" MAYBE_TIME ",\"done_minute\":" NUMBER
     ",\"done_hour\":" NUMBER ",\"average_s\":{\"type\":[\"number\",\"null\"]},\"paused\":" YES_NO
     "}}}}}"},
    {"queue_tenants",
     PAGES("\"id\",\"slug\",\"name\",\"waiting\",\"running\",\"dead\",\"oldest_at\",\"weight\","
           "\"max_running\",\"drift\"",
           "\"id\":" TEXT ",\"slug\":" TEXT ",\"name\":" TEXT ",\"waiting\":" NUMBER
           ",\"running\":" NUMBER ",\"dead\":" NUMBER ",\"oldest_at\":" MAYBE_TIME
           ",\"weight\":" NUMBER ",\"max_running\":" MAYBE_NUMBER ",\"drift\":" NUMBER)},
    {"queue_dead",
     PAGES("\"kind\",\"reason\",\"jobs\",\"tenants\",\"oldest_at\"",
           "\"kind\":" TEXT ",\"reason\":" TEXT ",\"jobs\":" NUMBER ",\"tenants\":" NUMBER
           ",\"oldest_at\":" TIME)},
    {"queue_workers",
     LIST("\"name\",\"slots\",\"running\",\"kinds\",\"started_at\",\"seen_at\",\"last_done_at\","
          "\"done\",\"redis\",\"draining\",\"away\"",
          "\"name\":" TEXT ",\"slots\":" NUMBER ",\"running\":" NUMBER ",\"kinds\":" TEXT
          ",\"started_at\":" TIME ",\"seen_at\":" TIME ",\"last_done_at\":" MAYBE_TIME
          ",\"done\":" NUMBER ",\"redis\":" YES_NO ",\"draining\":" YES_NO ",\"away\":" YES_NO)},
    {"queue_pauses",
     LIST("\"id\",\"tenant\",\"tenant_name\",\"kind\",\"reason\",\"by\",\"created_at\"",
          "\"id\":" TEXT ",\"tenant\":" MAYBE_TEXT ",\"tenant_name\":" MAYBE_TEXT
          ",\"kind\":" MAYBE_TEXT ",\"reason\":" TEXT ",\"by\":{\"type\":\"string\","
          "\"description\":\"Who of the tenant; empty: the operator\"},\"created_at\":" TIME)},
    {"queue_gates",
     LIST("\"name\",\"running\",\"waiting\",\"max_running\",\"per_minute\",\"closed_until\","
          "\"failures\",\"reason\"",
          "\"name\":" TEXT ",\"running\":" NUMBER ",\"waiting\":" NUMBER
          ",\"max_running\":" MAYBE_NUMBER ",\"per_minute\":" MAYBE_NUMBER
          ",\"closed_until\":" MAYBE_TIME ",\"failures\":" NUMBER ",\"reason\":" MAYBE_TEXT)},
    {0},
};
