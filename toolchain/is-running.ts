/** Returns true if a process with this number runs on this machine, no matter who owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    // EPERM: the process runs, but another user owns it.
    return (problem as NodeJS.ErrnoException).code === "EPERM";
  }
}
