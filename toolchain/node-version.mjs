// Which versions of Node.js this project runs on. Plain JavaScript, because every version has to read it.

/** The oldest minor version of each major one that is promised; of later major ones, every version is. */
export const oldest = [
  [20, 17],
  [22, 9],
];

/** The same as package.json's `engines` has it. */
export const range = `^${oldest[0].join(".")}.0 || >=${oldest[1].join(".")}.0`;

/** @param {string} version such as `22.18.0` */
export function isPromised(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const known = oldest.find(([one]) => one === major);
  return known === undefined ? major > oldest.at(-1)[0] : minor >= known[1];
}

/** What to say to whoever has another one. */
export function refusal(version) {
  const versions = oldest.map((one) => one.join(".")).join(", or ");
  return `linkerd-topology needs Node.js ${versions} or later; this is ${version}. Install a newer one.`;
}
