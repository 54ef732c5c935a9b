/* Prints a greeting: the smallest program with an output. */
#include "machine.h"

static int run(void) {
  put_text("Hello from a machine whose every step can be proven.\n");
  return 0;
}
