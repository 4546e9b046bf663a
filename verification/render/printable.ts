/** Text of clusters without what steers terminals, which no XML may hold either. Lines stay lines. */
export function printable(text: string): string {
  return text.replaceAll(
    /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    "",
  );
}
