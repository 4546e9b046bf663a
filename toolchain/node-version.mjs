// The supported versions of Node.js. Plain JavaScript, because every version must be able to read it.

/**
 * The oldest supported minor version of each major version. All versions of later major versions are
 * supported.
 */
export const oldest = [
  [20, 17],
  [22, 9],
];

/** The same range as `engines` in package.json. */
export const range = `^${oldest[0].join(".")}.0 || >=${oldest[1].join(".")}.0`;

/** @param {string} version such as `22.18.0` */
export function isPromised(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const known = oldest.find(([one]) => one === major);
  return known === undefined ? major > oldest.at(-1)[0] : minor >= known[1];
}

/** The message for a user with another version. */
export function refusal(version) {
  const versions = oldest.map((one) => one.join(".")).join(", or ");
  return `linkerd-topology needs Node.js ${versions} or later; this is ${version}. Install a newer one.`;
}
