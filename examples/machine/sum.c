/* Adds up whole numbers, one a line, and puts the sum into the answer as well: a computation whose result a claim can name. */
#include "machine.h"

u64 result;

static int run(void) {
  u64 number = 0;
  int digits = 0;
  for (u64 i = 0; i <= input_size; i++) {
    u8 c = i < input_size ? input[i] : '\n';
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
      digits++;
    } else if (c == '\n') {
      result += number;
      number = 0;
      digits = 0;
    } else {
      put_text("expected digits and line ends\n");
      return 1;
    }
  }
  char text[21];
  int at = 20;
  text[at] = '\n';
  u64 rest = result;
  do text[--at] = (char)('0' + rest % 10);
  while (rest /= 10);
  put(text + at, 21 - at);
#ifndef HOST
  if (!is_linux) *(u64 *)OUTPUT = result;
#endif
  return 0;
}
