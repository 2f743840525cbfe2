#ifndef MASTIC_ZMQ_H
#define MASTIC_ZMQ_H

// libzmq is loaded when a notebook kernel starts, so that nothing else waits for it or needs it. What the kernel uses of it is declared here,
// as the ABI of its major version 4 has it (zmq_socket(3), zmq_msg_recv(3), zmq_poll(3)).

#include <stddef.h>

/// Kinds of sockets.
enum { MST_ZMQ_REP = 4, MST_ZMQ_ROUTER = 6, MST_ZMQ_XPUB = 9 };

/// Options of sockets. MAX_MESSAGE takes an int64_t, the others an int.
enum {
    MST_ZMQ_LINGER = 17,
    MST_ZMQ_MAX_MESSAGE = 22,
    MST_ZMQ_SEND_LIMIT = 23,
    MST_ZMQ_VERBOSE = 40,
    MST_ZMQ_IPV6 = 42,
    MST_ZMQ_HANDOVER = 56,
    MST_ZMQ_NO_DROP = 69,
};

/// What can be waited for.
enum { MST_ZMQ_READABLE = 1 };

typedef struct {
    /// A socket; NULL where `descriptor` counts.
    void *socket;
    int descriptor;
    short events;
    short ready;
} mst_zmq_poll_item;

/// Loads the library. Returns 0, or -1 where it is not installed or lacks a function.
int mst_zmq_load(void);

/// What follows needs `mst_zmq_load`. NULL and -1 mean that a call failed; `mst_zmq_error` says why.
void *mst_zmq_context(void);
/// Waits until all sockets are closed and what they had to send is sent, as long as they linger.
void mst_zmq_end(void *context);

void *mst_zmq_socket(void *context, int kind);
int mst_zmq_close(void *socket);
int mst_zmq_set(void *socket, int option, const void *value, size_t size);
int mst_zmq_bind(void *socket, const char *address);

/// Receives one part of a message and does not wait: `take` gets its bytes. Returns 1 if another part follows, 0 if not, -1 with an error:
/// EAGAIN where nothing is there.
int mst_zmq_receive(void *socket, void (*take)(void *context, const void *bytes, size_t count), void *context);

/// Sends one part and does not wait; `more` says that another one follows. Returns 0 or -1: EAGAIN where there is no room now.
int mst_zmq_send(void *socket, const void *bytes, size_t count, int more);

/// Waits for any of the items, at most so many milliseconds. Returns how many are ready; -1 with EINTR where a signal came.
int mst_zmq_wait(mst_zmq_poll_item *items, int count, long milliseconds);

/// The number of the last error of the calling thread, and a number's meaning.
int mst_zmq_errno(void);
const char *mst_zmq_error(int number);

#endif
