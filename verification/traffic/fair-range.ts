/**
 * How many of some requests may go to a backend so that its share counts as planned. A correct backend gets
 * fewer than this range in less than one of a million verifications, and more in less than one of a million:
 * the tails of the binomial distribution.
 *
 * @example
 * ```ts
 * fairRange(240, 0.1); // [6, 50]
 * ```
 */
export function fairRange(requests: number, share: number, doubt = 1e-6): [number, number] {
  const lowest = lowestFair(requests, share, doubt);
  return [lowest, requests - lowestFair(requests, 1 - share, doubt)];
}

/** The least count whose lower tail, the count included, is as likely as the doubt. */
function lowestFair(requests: number, share: number, doubt: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return requests;
  // In logarithms: the chance that none of many succeeds is too small for a number.
  const step = Math.log(share) - Math.log1p(-share);
  let chance = requests * Math.log1p(-share);
  let tail = Math.exp(chance);
  let count = 0;
  while (tail < doubt && count < requests) {
    chance += Math.log(requests - count) - Math.log(count + 1) + step;
    tail += Math.exp(chance);
    count += 1;
  }
  return count;
}
