export function entriesOf(root: string): string[];
