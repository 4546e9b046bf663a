const outlived = new WeakSet<NodeJS.WriteStream>();

/**
 * Keeps the process running if nobody reads its output any more: a closed terminal, `| head`, a dead log
 * collector. Otherwise the error would end the process in the middle of its work. With Pulumi's SDK, which
 * writes about every uncaught error, each such write would cause the next error, for ever.
 */
export function outliveReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (outlived.has(stream)) continue;
    outlived.add(stream);
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // EIO: the terminal is gone.
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
}
