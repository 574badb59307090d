/**
 * What a proposal can name at most: no node takes one with more. So nodes do not gather more either, lest strangers who announce users or inputs without end
 * fill its memory, or have it propose what the others refuse.
 */
export const MOST_USERS = 16_384;
export const MOST_INPUTS = 65_536;
