/** The exit codes of the commands. The help texts and docs/cli.md are made from this table. */
export const exitCodes = {
  /** Everything was done, or is as planned. */
  success: 0,
  /** Something failed; standard error says what. */
  failed: 1,
  /** The command line, a topology or a configuration is wrong. Nothing was started. */
  badInput: 2,
  /** The topology is not up. */
  notUp: 3,
  /** Everything exists, but doesn't do what the plan says. */
  notProved: 4,
  /** Stopped by Ctrl-C or another signal (128 and the number of SIGINT). */
  interrupted: 130,
} as const;

export const exitCodeWords: Readonly<Record<number, string>> = {
  [exitCodes.success]: "done, or everything is as planned",
  [exitCodes.failed]: "failed; standard error says what and why",
  [exitCodes.badInput]: "wrong arguments, topology or configuration; nothing was begun",
  [exitCodes.notUp]: "the stack is not up",
  [exitCodes.notProved]: "the mesh runs, but does not do what the plan says",
  [exitCodes.interrupted]: "interrupted",
};
