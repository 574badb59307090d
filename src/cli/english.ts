import type { Translator } from '../cluster/profile/text';

/** Texts as they are written. */
export const english: Translator = { t: (message, ...args) => message.replace(/\{(\d+)\}/g, (_, i: string) => String(args[Number(i)])) };
