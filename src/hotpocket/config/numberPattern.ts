/** Patterns for whole numbers in decimal digits, with leading zeros; without anchors. */

export const anyNumber = '\\d+';

/** From 1 to `max`. */
export function numberUpTo(max: number): string {
  const digits = String(max);
  const rest = digits.length - 1;
  const below = [...digits].flatMap((digit, i) => {
    const least = i === 0 ? 1 : 0;
    return Number(digit) > least ? [`${digits.slice(0, i)}[${least}-${Number(digit) - 1}]${anyDigits(rest - i)}`] : [];
  });
  const shorter = rest > 0 ? [`[1-9]\\d{0,${rest - 1}}`] : [];
  return `0*(?:${[...shorter, ...below, digits].join('|')})`;
}

/** From `min` on, which is between 0 and 9. */
export const numberFrom = (min: number): string => `0*(?:[${min}-9]|[1-9]\\d+)`;

const anyDigits = (count: number): string => (count > 0 ? `\\d{${count}}` : '');
