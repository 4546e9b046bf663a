/** Whether there is a process of that number on this machine, whoever's it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    // EPERM: it runs, and is somebody else's.
    return (problem as NodeJS.ErrnoException).code === "EPERM";
  }
}
