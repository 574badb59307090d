/* Runs once in every round, on every node, with the inputs that the nodes agreed on; and for each read request. */
#define _XOPEN_SOURCE 700
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "answer.h"

static char *read_all(int fd) {
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    ssize_t count;
    while (text && (count = read(fd, text + size, room - size - 1)) > 0) {
        size += (size_t)count;
        if (room - size < 2) text = realloc(text, room *= 2);
    }
    if (text) text[size] = '\0';
    return text;
}

/* HotPocket wants the length and the message in one piece. */
static void send_to(int fd, char *message, size_t size) {
    uint32_t length = htonl((uint32_t)size);
    struct iovec parts[2] = {{&length, sizeof length}, {message, size}};
    if (writev(fd, parts, 2) < 0) perror("writev");
}

static void handle(int in, int out, long offset, size_t size) {
    char *input = malloc(size + 1), *output = malloc(size + ANSWER_ROOM);
    if (input && output && pread(in, input, size, offset) == (ssize_t)size) send_to(out, output, answer(input, size, output));
    free(input);
    free(output);
}

/* The arguments are JSON in one line, without blanks: "user_in_fd":5,"users":{"<key>":[7,[0,12],[4096,3]],"<key>":[8]} */
int main(void) {
    char *arguments = read_all(STDIN_FILENO);
    char *in_fd = arguments ? strstr(arguments, "\"user_in_fd\":") : NULL;
    char *at = arguments ? strstr(arguments, "\"users\":{") : NULL;
    if (!in_fd || !at) {
        fputs("This program is a contract: HotPocket runs it.\n", stderr);
        return 1;
    }
    int in = atoi(in_fd + strlen("\"user_in_fd\":"));
    at += strlen("\"users\":{");
    while (*at == '"') {
        at = strstr(at, ":[") + 2;
        int out = (int)strtol(at, &at, 10);
        while (*at == ',') {
            long offset = strtol(at + 2, &at, 10);
            size_t size = strtoul(at + 1, &at, 10);
            at++;
            handle(in, out, offset, size);
        }
        at++;
        if (*at == ',') at++;
    }
    free(arguments);
    return 0;
}
