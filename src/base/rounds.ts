/** When a cluster's rounds start: on the time grid, as in production, or as soon as there is a reason to. */
export type RoundsMode = 'grid' | 'eager';

export const isRoundsMode = (value: unknown): value is RoundsMode => value === 'grid' || value === 'eager';
