#include <assert.h>
#include <string.h>

#include "../src/answer.h"

int main(void) {
    char output[64];
    assert(answer("hello", 5, output) == 15);
    assert(memcmp(output, "You said: hello", 15) == 0);
    return 0;
}
