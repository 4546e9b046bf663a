export function modulesOf(root: string): string[];
