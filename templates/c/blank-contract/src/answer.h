#include <stddef.h>

/* By how much an answer is longer than its question. */
enum { ANSWER_ROOM = 16 };

/* What a user is told; gives its length. The same on all nodes, or they do not agree: no time of day, no chance, nothing from outside. */
size_t answer(const char *input, size_t size, char *output);
