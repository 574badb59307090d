import type Docker from 'dockerode';

/** Makes the image, unless one with the same content is there. `tag` by default hotpocket-studio/node:<version>. */
export function makeImage(options: { readonly docker: Docker; readonly tag?: string }): Promise<{ readonly tag: string; readonly tools: string; readonly made: boolean }>;
