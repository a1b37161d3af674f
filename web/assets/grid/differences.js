// Two texts beside each other: what they begin and end with in common, and what differs between. As the server marks it.

const WORDS = /[A-Za-z0-9.,%]+|[\s\S]/gu;

/** The pieces of `after`: `[text, is it new]`. */
export function marks(before, after) {
  const old = before.match(WORDS) ?? [];
  const now = after.match(WORDS) ?? [];
  const start = common(old, now);
  const end = common(old.slice(start).reverse(), now.slice(start).reverse());
  const middle = now.length - end;
  const pieces = [
    [now.slice(0, start).join(""), false],
    [now.slice(start, middle).join(""), true],
    [now.slice(middle).join(""), false],
  ];
  return pieces.filter(([text]) => text);
}

function common(one, other) {
  let count = 0;
  while (count < one.length && count < other.length && one[count] === other[count]) count += 1;
  return count;
}
