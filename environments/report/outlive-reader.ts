const outlived = new WeakSet<NodeJS.WriteStream>();

/**
 * Goes on where nobody reads what is written any more: a terminal that was closed, `| head`, a log collector
 * that died. Such an error would end the process in the middle of its work; and with Pulumi's SDK in it, which
 * writes about every uncaught error, each of those writes is the next error, for ever.
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
